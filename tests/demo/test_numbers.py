"""Numbers of made-up people pass every check and belong to nobody."""

from __future__ import annotations

from datetime import date

import pytest

from service.demo.dice import dice
from service.demo.numbers import AREA, IdentityNumbers, credit_code, identity_check, phone

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def remainder(number: str) -> int:
    """ISO 7064 MOD 11-2 over all 18 characters: 1 for a right number."""
    return (
        sum((10 if sign == "X" else int(sign)) * weight for sign, weight in zip(number, WEIGHTS, strict=True))
        % 11
    )


def test_the_check_character_agrees_with_a_published_example() -> None:
    # The worked example of GB 11643-1999 itself.
    assert identity_check("11010519491231002") == "X"


def test_identity_numbers_are_right_and_differ() -> None:
    numbers = IdentityNumbers()
    taken = [numbers.take(date(1946, 11, 23), male=male) for male in (True, False) * 200]
    assert len(set(taken)) == 400
    assert all(number.startswith(AREA + "19461123") and remainder(number) == 1 for number in taken)
    assert [int(number[16]) % 2 for number in taken[:2]] == [1, 0]


def test_a_day_without_numbers_left_is_said_and_not_doubled() -> None:
    numbers = IdentityNumbers()
    with pytest.raises(OverflowError):
        for _ in range(501):
            numbers.take(date(2000, 2, 29), male=True)


def test_credit_codes_are_right_and_differ() -> None:
    codes = [credit_code("92", block, serial) for block in range(6) for serial in range(50)]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert code[2:8] == AREA
        assert len(code) == 18
        assert sum(SYMBOLS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17])) % 31 == (
            -SYMBOLS.index(code[17]) % 31
        )


def test_the_organisation_inside_a_credit_code_has_its_own_check_character() -> None:
    organisation = credit_code("91", 4, 17)[8:17]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(sign, 36) * weight for sign, weight in zip(organisation, weights, strict=False))
    assert (total + (10 if organisation[8] == "X" else int(organisation[8]))) % 11 == 0


def test_telephone_numbers_belong_to_no_network() -> None:
    rng = dice("phones")
    phones = {phone(rng) for _ in range(1000)}
    assert all(number.isdigit() and len(number) == 11 and number.startswith("100") for number in phones)
    assert len(phones) > 990
