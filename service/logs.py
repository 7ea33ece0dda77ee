"""Structured logs: one JSON object a line on stderr, without personal data.

Three guards: private keys are dropped, text that looks like an identity or mobile number is blanked, and of an
exception only its type and the lines it passed through are told, because its message may quote a value.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

PRIVATE_KEYS = frozenset({
    "id_number", "id_number_index", "phone", "phone_index", "name", "contact_name", "address", "number", "number_index",
    "income_pc_month", "assets_ok", "aid_type", "special_family", "care_level", "essential_spend_ratio", "med_self_pay_12m",
    "can_work", "has_income", "has_supporter", "due_on", "booklet_on", "ended_on", "password", "password_hash",
    "token", "authorization", "cookie", "digest", "key", "body", "query", "value", "login", "parameters", "params",
})  # fmt: skip
"""Names of fields that are never logged; a test holds them to the columns marked private or sensitive."""

NUMBERS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")
BLANK = "***"
CHATTY = ("alembic", "apscheduler")
"""Libraries whose ordinary steps nobody asked about."""
ROOT = Path(__file__).resolve().parent.parent
FRAMES = 12


def configure(level: str, now: Callable[[], datetime], stream: TextIO | None = None) -> None:
    """Send the product's and the libraries' logs to `stream` (stderr); call once per process. `now` is the clock's."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _stamp(now),
        _tell_exceptions,
        redact,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library in CHATTY:
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop private keys at any depth and blank numbers that may be a person's."""
    return {name: _clean(value) for name, value in event.items() if name not in PRIVATE_KEYS}


def trace_of(error: BaseException) -> dict[str, Any]:
    """`{"error": type, "frames": ["service/api/x.py:12 in f", …], "cause": type | None}`, never the message.

    The frames are the product's own, and the innermost one whosever it is.
    """
    frames = traceback.extract_tb(error.__traceback__)
    shown = [frame for frame in frames[:-1] if "site-packages" not in frame.filename][-FRAMES:] + frames[-1:]
    cause = error.__cause__ or error.__context__
    return {
        "error": _type_of(error),
        "frames": [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in shown],
        "cause": _type_of(cause) if cause else None,
    }


def _stamp(now: Callable[[], datetime]) -> Processor:
    def stamp(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["at"] = now().isoformat(timespec="milliseconds")
        return event

    return stamp


def _tell_exceptions(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event.update(trace_of(error))
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return NUMBERS.sub(BLANK, value)
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items() if name not in PRIVATE_KEYS}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value


def _type_of(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT)).rpartition("site-packages/")[2]
    return path.name
