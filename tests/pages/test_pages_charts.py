"""Where the columns of a chart stand: as high as what they say, under a scale that holds them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from service.pages.charts import HEIGHT, LEFT, TOP, WIDTH, columns, nice

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@given(COUNTS)
def test_columns_are_as_high_as_what_they_say_and_stay_within_the_drawing(values: list[int]) -> None:
    drawn = columns(values, [None] * len(values))
    top = drawn.scale[-1][0]
    assert top >= max(values)
    assert drawn.line == ""
    for value, column in zip(values, drawn.columns, strict=True):
        assert abs(column.height - (HEIGHT - TOP) * value / top) < 0.01
        assert abs(column.y + column.height - HEIGHT) < 0.02
        assert LEFT <= column.x <= column.x + column.width <= WIDTH
    rights = [column.x + column.width for column in drawn.columns]
    assert all(right <= column.x for right, column in zip(rights, drawn.columns[1:], strict=False))


@given(st.integers(1, 10**9))
def test_a_scale_ends_in_a_round_number_that_is_not_much_higher(value: int) -> None:
    assert value <= nice(value) < 2 * value or value == 1
    assert re.fullmatch(r"[1234568]0*", str(nice(value)))


def test_a_line_is_drawn_where_it_fits_and_left_out_where_it_would_flatten_the_columns() -> None:
    assert columns([4, 2], [12, 0]).line == "M30.00 68.4h165.00L195.00 150.0h165.00"
    assert columns([4, 2], [13, 0]).line == ""
    assert columns([0, 0], [12, 12]).line == ""
    assert columns([], []).columns == []
