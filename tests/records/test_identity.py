"""Identity numbers and credit codes: what passes, what does not, and what is said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_files import id_number, uscc

from service.records.identity import check_character, check_uscc, identify, is_identity, uscc_check_character
from service.records.issues import Wrong
from service.records.normalise import read_identity, read_uscc

TODAY = date(2026, 11, 23)
_BIRTHS = st.dates(date(1900, 1, 1), TODAY)
_BODIES = st.builds(
    lambda area, born, serial: f"{area:06d}{born:%Y%m%d}{serial:03d}",
    st.integers(110000, 659999),
    _BIRTHS,
    st.integers(1, 999),
)


def refusal(number: object) -> str:
    with pytest.raises(Wrong) as caught:
        read_identity(TODAY)(number)  # type: ignore[arg-type]
    return caught.value.code


@given(_BODIES)
def test_every_well_formed_number_passes_whatever_its_area(body: str) -> None:
    number = body + check_character(body)
    identity = identify(number, TODAY)
    assert identity.number == number
    assert identity.birth_date == date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    assert identity.sex == ("1" if int(body[16]) % 2 else "2")
    assert is_identity(number)


@given(_BODIES, st.integers(0, 17), st.integers(1, 9))
def test_no_number_with_one_wrong_digit_passes(body: str, place: int, shift: int) -> None:
    number = body + check_character(body)
    old = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((old + shift) % 10) + number[place + 1 :]
    if wrong != number:
        with pytest.raises(Wrong):
            identify(wrong, TODAY)


def test_residents_of_shangcheng_born_before_1983_are_real() -> None:
    """The area code 330102 is dated 1983 in packages that refuse them (facts §0.3)."""
    body = "33010219390305001"
    assert identify(body + check_character(body), TODAY).birth_date == date(1939, 3, 5)


def test_lower_case_x_spaces_full_width_and_an_apostrophe_are_taken() -> None:
    ending_in_x = next(n for n in map(id_number, range(1, 200)) if n.endswith("X"))
    full_width = ending_in_x.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    read = read_identity(TODAY)
    for written in (
        ending_in_x.lower(),
        f" {ending_in_x[:6]} {ending_in_x[6:]} ",
        full_width,
        f"'{ending_in_x}",
    ):
        identity = read(written)
        assert identity is not None
        assert identity.number == ending_in_x


def test_a_number_of_fifteen_digits_is_converted_even_when_typed_as_a_number() -> None:
    modern = id_number(123)
    legacy = modern[:6] + modern[8:17]
    read = read_identity(TODAY)
    for written in (legacy, int(legacy), f"{legacy}.0"):
        identity = read(written)
        assert identity is not None
        assert identity.number == modern


@pytest.mark.parametrize(
    "number", [3.3019919390305e17, "3.30199E+17", "3.3019919390305E+17", float(330199193903050121)]
)
def test_a_number_typed_as_a_number_is_told_as_lost_digits(number: object) -> None:
    assert refusal(number) == "digits_lost"


def test_last_digits_turned_to_zeros_are_told_as_lost_digits() -> None:
    for serial in range(1, 60):
        zeroed = id_number(serial)[:15] + "000"
        if not is_identity(zeroed):
            assert refusal(zeroed) == "digits_lost"
            return
    raise AssertionError("no number lost its check")


def test_a_true_number_ending_in_000_is_taken_with_a_warning() -> None:
    number = next(
        n
        for born in range(1, 29)
        for serial in range(0, 1000, 100)
        if (n := id_number(serial, date(1950, 1, born))).endswith("000")
    )
    assert identify(number, TODAY).warning == "identity_ends_000"


def test_each_fault_has_its_own_code() -> None:
    good = id_number(12)
    assert refusal(good[:17]) == "identity_length"
    assert refusal(good[:10] + "A" + good[11:]) == "identity_characters"
    tomorrow = f"33019920261124{'001'}"
    assert refusal(tomorrow + check_character(tomorrow)) == "identity_birth"
    february = "33019919390230012"
    assert refusal(february + check_character(february)) == "identity_birth"
    assert refusal("33019918991231001" + check_character("33019918991231001")) == "identity_birth"
    assert refusal(good[:16] + str((int(good[16]) + 1) % 10) + good[17]) == "identity_check"


def test_an_unknown_province_is_only_a_warning() -> None:
    body = "99019919390305012".replace("99", "10", 1)
    assert identify(body + check_character(body), TODAY).warning == "identity_area_unknown"
    assert identify(id_number(12), TODAY).warning is None


def test_permits_of_hong_kong_taiwan_and_foreigners_are_known_by_their_form() -> None:
    for body, id_type in (
        ("81000019800101001", "HK_MO_TW"),
        ("83000019800101001", "HK_MO_TW"),
        ("93301019800101001", "FOREIGN"),
    ):
        assert identify(body + check_character(body), TODAY).id_type == id_type
    assert identify("USA330102800101", TODAY).id_type == "FOREIGN"
    assert identify("H12345678", TODAY).id_type == "HK_MO_TW"


def test_the_published_example_of_a_synthetic_credit_code_passes() -> None:
    assert (
        check_uscc("92330199MA2AYN0017") == "92330199MA2AYN0017"
    )  # facts/domain §6.3, checked with another program


@given(st.integers(0, 9_999_999), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_no_credit_code_with_one_wrong_sign_passes(serial: int, place: int, sign: str) -> None:
    code = uscc(serial)
    assert read_uscc(code.lower()) == code
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Wrong):
            check_uscc(wrong)


def test_letters_that_a_credit_code_never_has_are_told_apart_from_a_wrong_check() -> None:
    code = uscc(1)
    for wrong, expected in (
        (code[:9] + "O" + code[10:], "uscc_characters"),
        (code[:15], "uscc_length"),
        (9.133010071e17, "digits_lost"),
    ):
        with pytest.raises(Wrong) as caught:
            read_uscc(wrong)
        assert caught.value.code == expected
    assert uscc_check_character(code[:17]) == code[17]
