"""What is logged, and what never is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from service import logs
from service.clock import SetClock
from service.tables import metadata

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def read(clock: SetClock) -> Iterator[Read]:
    """Logs to memory, and gives back the lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("info", clock.now, stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_one_json_object_stamped_by_the_clock(read: Read) -> None:
    structlog.get_logger("x").info("scan finished", matched=7, rule="old-age")
    assert read() == [
        {
            "event": "scan finished",
            "matched": 7,
            "rule": "old-age",
            "level": "info",
            "at": "2026-11-23T00:30:00.000+00:00",
        }
    ]


def test_private_keys_are_dropped_at_any_depth(read: Read) -> None:
    structlog.get_logger("x").info(
        "seen", phone="1", row={"name": "陈", "rows": [{"id_number": "3", "n": 1}]}
    )
    [line] = read()
    assert "phone" not in line
    assert line["row"] == {"rows": [{"n": 1}]}


def test_numbers_that_may_be_a_persons_are_blanked_in_text(read: Read) -> None:
    structlog.get_logger("x").info(
        "13800138000 and 33019919390305012X", place="330102003057", uscc="92330199MA2AYN0017"
    )
    [line] = read()
    assert line["event"] == "*** and ***"
    assert (line["place"], line["uscc"]) == ("330102003057", "92330199MA2AYN0017")


def test_libraries_are_logged_in_the_same_way(read: Read) -> None:
    try:
        raise ValueError("陈阿婆")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request of 13800138000")
    logging.getLogger("sqlalchemy").debug("too fine")
    [line] = read()
    assert line["event"] == "Error handling request of ***"
    assert (line["level"], line["error"], line["cause"]) == ("error", "builtins.ValueError", None)
    assert "陈阿婆" not in str(line)


def test_a_trace_tells_types_and_places_only() -> None:
    try:
        try:
            raise KeyError("陈阿婆")
        except KeyError as error:
            raise RuntimeError("19900000001") from error
    except RuntimeError as error:
        trace = logs.trace_of(error)
    assert (trace["error"], trace["cause"]) == ("builtins.RuntimeError", "builtins.KeyError")
    assert trace["frames"][-1].startswith("tests/test_logs.py:")


def test_every_private_column_is_known_to_the_log() -> None:
    private = {
        column.name
        for table in metadata.tables.values()
        for column in table.columns
        if column.info.get("sensitivity") in ("private", "sensitive")
    }
    everyday = {"kind", "grade"}  # sensitive of a disability, ordinary words elsewhere
    assert len(private) > 8
    assert private - everyday <= logs.PRIVATE_KEYS
