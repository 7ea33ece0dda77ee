"""Division codes: the part of a code that all below it begin with."""


def prefix_of(code: str) -> str:
    """The part of a 12-digit statistics code that its descendants share; longer (grid) codes are whole.

    330102003000 (a street) → 330102003; 330102000000 (a county) → 330102; 330102003057 (a community) → itself.
    Levels: 2 province, 4 city, 6 county, 9 street, 12 community (facts/domain §3.2).
    """
    if len(code) != 12:
        return code
    for length in (2, 4, 6, 9):
        if code[length:].strip("0") == "":
            return code[:length]
    return code
