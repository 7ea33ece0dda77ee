"""Cells as offices write them, and the values they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.records import columns as c
from service.records.dates import FOREVER, read_date, read_expiry
from service.records.issues import Noted, Wrong, advice, masked
from service.records.kinds import KINDS
from service.records.normalise import (
    read_amount,
    read_any_division,
    read_count,
    read_division,
    read_grid,
    read_industry,
    read_months,
    read_number_text,
    read_phone,
    read_ratio,
    read_text,
    read_year,
    read_yes_no,
)
from service.records.text import squeezed

TODAY = date(2026, 11, 23)
FIFTH_OF_MARCH = date(2024, 3, 5)


def refusal(read: Callable[[Any], object], cell: object) -> str:
    with pytest.raises(Wrong) as caught:
        read(cell)
    return caught.value.code


@pytest.mark.parametrize(
    "cell",
    [
        "2024.3.5", "2024/3/5", "2024-03-05", "2024年3月5日", "2024年03月05", "20240305", 20240305, 20240305.0, "20240305.0",
        45356, 45356.0, 45356.75, "45356", datetime.fromisoformat("2024-03-05T14:30"), date(2024, 3, 5), "2024-03-05 00:00:00", "2024/3/5 0:00",
        "２０２４年３月５日", " 2024 年 3 月 5 日 ", "2024-03-05T08:30:00", "2024. 3. 5",
    ],
)  # fmt: skip
def test_every_form_of_a_date_means_the_same_day(cell: Any) -> None:
    assert read_date(cell) == FIFTH_OF_MARCH


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2024年2月30日", "date_impossible"), ("20230229", "date_impossible"), ("2024-13-01", "date_impossible"),
        ("2024", "date_incomplete"), (2024, "date_incomplete"), ("2024年3月", "date_incomplete"), ("2024.3", "date_incomplete"),
        ("202403", "date_incomplete"), ("1024-03-05", "date_out_of_range"), ("24.3.5", "date_unreadable"),
        ("下个月", "date_unreadable"), (True, "date_unreadable"), ("长期", "date_unreadable"),
    ],
)  # fmt: skip
def test_a_date_is_refused_rather_than_guessed(cell: Any, code: str) -> None:
    assert refusal(read_date, cell) == code


def test_an_expiry_may_be_never() -> None:
    assert read_expiry("长期") == FOREVER
    assert read_expiry(FOREVER) == FOREVER
    assert read_expiry("2024.3.5") == FIFTH_OF_MARCH


def test_a_birth_cannot_lie_ahead() -> None:
    assert refusal(c.past_day(TODAY), "2026-11-24") == "date_in_future"
    assert c.past_day(TODAY)("2026-11-23") == TODAY


@pytest.mark.parametrize("cell", ["是", "有", "1", 1, True, "√", "Y", "yes", "１", "1.0"])
def test_yes_in_every_form(cell: Any) -> None:
    assert read_yes_no(cell) is True


@pytest.mark.parametrize("cell", ["否", "无", "0", 0, False, "×", "N", "no", "x"])
def test_no_in_every_form(cell: Any) -> None:
    assert read_yes_no(cell) is False


def test_neither_yes_nor_no_is_refused() -> None:
    assert refusal(read_yes_no, "不清楚") == "yes_no_unreadable"


@pytest.mark.parametrize(
    ("making", "cell", "value"),
    [
        (c.sex, "男", "1"), (c.sex, "女性", "2"), (c.sex, 1, "1"), (c.sex, 2.0, "2"), (c.sex, "1-男", "1"),
        (c.marital, "已婚", "20"), (c.marital, "离异", "40"), (c.marital, 30, "30"),
        (c.family, "户主", "0"), (c.family, "本人", "0"), (c.family, "长子", "2"), (c.family, "外孙女", "4"),
        (c.family, "31", "31"), (c.family, "独生子", "21"), (c.family, "32", "3"), (c.family, "2", "2"),
        (c.care_level, "重度失能", 3), (c.care_level, "0", 0), (c.care_level, 2, 2), (c.disability_grade, "一级", 1),
        (c.disability_grade, "2级", 2), (c.disability_kind, "肢体", "4"), (c.aid_type, "低保户", "dibao"), (c.aid_type, "无", "none"),
        (c.certificate_kind, "食品从业人员健康证", "HEALTH_FOOD"), (c.certificate_kind, "health_food", "HEALTH_FOOD"),
        (c.certificate_kind, "健康证（公共场所）", "HEALTH_PUBLIC"), (c.enterprise_kind, "个体户", "self_employed"),
        (c.enterprise_status, "在业", "open"), (c.enterprise_size, "小型企业", "small"),
        (c.elder_situation, "空巢老人", "empty_nest"), (c.elder_situation, "无", "none"), (c.medical_insurance, "城乡居民医保", "resident"),
        (c.medical_insurance, "未参保", "none"), (c.equipment_kind, "自动扶梯", "LIFT"), (c.service_kind, "救助走访", "AID"),
        (c.policy, "长护险", "LONG_TERM_CARE"), (c.policy, "高龄津贴", "HIGH_AGE"), (c.enrolment_state, "发放中", "paid"),
        (c.service_kind, "体检", "CHECKUP65"), (c.division_level, "社区", "community"), (c.division_level, "village", "community"),
    ],
)  # fmt: skip
def test_codes_names_and_other_words_mean_the_code(making: Any, cell: Any, value: Any) -> None:
    assert making(TODAY)(cell) == value


def test_an_unknown_word_is_told_with_the_choices() -> None:
    with pytest.raises(Wrong) as caught:
        c.sex(TODAY)("雄")
    assert "男" in advice(caught.value.code, column="性别", **caught.value.details)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("13800000000", "13800000000"), (13800000000, "13800000000"), ("138 0000 0000", "13800000000"), ("+86 138-0000-0000", "13800000000"),
        ("13800000000.0", "13800000000"), ("0571-87654321", "057187654321"), ("(0571)87654321", "057187654321"), ("87654321", "87654321"),
        ("１３８００００００００", "13800000000"),
    ],
)  # fmt: skip
def test_phones_are_digits(cell: Any, number: str) -> None:
    assert read_phone(cell) == number


def test_of_several_phones_the_first_is_kept_with_a_warning() -> None:
    assert read_phone("13800000000/13900000000") == Noted("13800000000", "phone_several")
    assert refusal(read_phone, "1380000000") == "phone_unreadable"
    assert refusal(read_phone, "无") == "phone_unreadable"


def test_amounts_are_exact_and_never_negative() -> None:
    for cell in ("3,500.00", "¥3500", "3500元", 3500, 3500.0, "３５００"):
        assert read_amount(cell) == Decimal("3500.00")
    assert read_amount("0.1") == Decimal("0.10")
    assert refusal(read_amount, "-1") == "number_negative"
    assert refusal(read_amount, "三千") == "number_unreadable"
    assert refusal(read_amount, "NaN") == "number_unreadable"
    assert refusal(read_amount, "1e12") == "number_too_large"
    assert refusal(read_count, "2.5") == "number_not_whole"


def test_division_codes_are_filled_up_and_grids_are_longer() -> None:
    assert read_division("330102") == "330102000000"
    assert read_division(330102003057) == "330102003057"
    assert read_division("330102003057.0") == "330102003057"
    assert read_any_division("330102003057001") == "330102003057001"
    assert refusal(read_division, "330102003057001") == "division_unreadable"
    assert refusal(read_grid, "330102003057") == "grid_unreadable"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("6210", "6210"), (6210, "6210"), ("H6210", "6210"), ("F5212", "5212"), ("52零售业", "52"), ("H62 餐饮业", "62"),
        ("餐饮业", "62"), ("餐饮", "62"), ("６２１", "621"), ("8040 理发及美容服务", "8040"), ("", None),
    ],
)  # fmt: skip
def test_an_industry_is_a_code_of_the_standard_or_a_divisions_name(cell: Any, code: str | None) -> None:
    assert read_industry(cell) == code


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("9910", "industry_unknown"), ("00", "industry_unknown"), ("98", "industry_unknown"),
        ("6", "industry_unreadable"), ("62100", "industry_unreadable"), ("火锅", "industry_unreadable"),
        ("H", "industry_unreadable"), ("62A", "industry_unreadable"),
    ],
)  # fmt: skip
def test_an_industry_outside_the_standard_is_refused(cell: Any, problem: str) -> None:
    assert refusal(read_industry, cell) == problem


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        ("0.45", "0.45"), (0.45, "0.45"), ("45%", "0.45"), ("45％", "0.45"), ("45 %", "0.45"), ("百分之45", "0.45"),
        ("5.5%", "0.055"), ("120%", "1.2"), (1, "1"), (0, "0"), ("45个百分点", "0.45"), (0.00004, "0"),
    ],
)  # fmt: skip
def test_a_share_in_every_form(cell: Any, share: str) -> None:
    assert read_ratio(cell) == Decimal(share)


def test_a_share_that_may_mean_two_things_is_refused() -> None:
    for cell in (45, "45", 1.2, "一半", "-5%", "5‰"):
        assert refusal(read_ratio, cell) == "ratio_unreadable"
    assert refusal(read_ratio, "1000%") == "number_too_large"


def test_years_and_months_are_whole_numbers() -> None:
    assert [read_year(cell) for cell in (2026, "2026年", "2026年度", " 2026 ", None)] == [2026] * 4 + [None]
    for cell in ("26", "去年", 202601, "2226"):
        assert refusal(read_year, cell) == "year_unreadable"
    assert [read_months(cell) for cell in (12, "12个月", "12月", "12.0", "")] == [12] * 4 + [None]
    assert refusal(read_months, "1.5个月") == "number_not_whole"


def test_names_lose_their_inner_spaces_but_latin_ones_keep_theirs() -> None:
    assert squeezed("张 三") == squeezed("张　三") == "张三"
    assert squeezed("John  Smith") == "John Smith"
    assert squeezed("买买提•艾力") == "买买提·艾力"
    assert squeezed("张\x00三\u200b") == "张三"


_NUMBERS = st.integers(-(10**16), 10**16) | st.floats(allow_nan=False, allow_infinity=False)


@example(99_998)  # a serial day number beyond the years a date may have
@given(st.text(max_size=40) | _NUMBERS | st.booleans() | st.dates() | st.datetimes())
def test_what_was_read_is_read_again_as_the_same(cell: Any) -> None:
    makings = [column.reader for kind in KINDS.values() for column in kind.columns]
    readers = [making(TODAY) for making in makings] + [read_text(60), read_number_text(60)]
    for read in readers:
        try:
            value = read(cell)
        except Wrong:
            continue
        value = value.value if isinstance(value, Noted) else value
        again = read(getattr(value, "number", value))
        assert again == value


@pytest.mark.parametrize("privacy", ["identity", "phone", "name", "private", "open"])
def test_no_report_shows_a_person_whatever_the_column(privacy: Any) -> None:
    for secret in (
        "330199193903050121",
        "13800000000",
        "欧阳娜娜",
        "张三",
        "33019919390305012",
        "东坡路12号",
    ):
        assert secret not in masked(secret, privacy)
        assert secret not in masked(f" {secret} ", privacy)
    assert masked("2024-02-30", "open") == "2024-02-30"
