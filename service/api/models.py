"""What handlers take and give: strict bodies and queries, views, and the answers that are not a plain 200."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from service.errors import Outdated

MOST = 2**63 - 1
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 1.0 is the integer 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: Any) -> date:
    """Nothing but `2026-11-23`: pydantic alone would take "0" for the first day of 1970."""
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("date_parsing", "no such day") from error
    if type(value) is date:
        return value
    raise PydanticCustomError("date_type", "not a day")


Id = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_whole)]
"""A surrogate key as a client may send it: what 64 bits hold, so that no database overflows."""
Day = Annotated[date, BeforeValidator(_day)]
"""A date as a client may send it, in a body or a query."""

TAG = 32
"""Hexadecimal digits of a digest that serves as an ETag: 128 bits."""

T = TypeVar("T")
V = TypeVar("V", bound=BaseModel)


class Body(BaseModel):
    """A JSON body. Unknown keys are errors, kinds are kept apart (no "1" for 1), numbers are finite, text is trimmed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, str_strip_whitespace=True
    )


class Query(BaseModel):
    """The query parameters of a route; whatever is not a field here is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class View(BaseModel):
    """What a client gets to see; may be made from a row or a dataclass by `model_validate`."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Versioned(View):
    """A thing that is edited in place: its version goes out as the ETag, and an edit sends it back as If-Match."""

    version: int = Field(description='第几版；修改时放进 If-Match，如 If-Match: "3"')


class Tagged(View):
    """A thing that changes without being edited as a whole: a digest of all that is shown goes out as the ETag."""


class PageQuery(Query):
    """Keyset paging: the last key already seen, and how many rows are wanted."""

    after: int | None = Field(None, ge=0, le=MOST, description="上一页返回的 next；第一页不填")
    limit: int = Field(50, ge=1, le=200, description="每页条数，1 到 200")


class Page(View, Generic[T]):
    """One page; `next` goes into `after` for the following one and is null on the last."""

    items: list[T]
    next: int | None = Field(description="下一页的 after；为空表示没有更多")

    @classmethod
    def of(cls, items: Sequence[T], *, limit: int, key: Callable[[T], int]) -> Self:
        """Cut `items` to `limit`. Fetch `limit + 1` rows: the extra one only tells that there is more."""
        shown = list(items[:limit])
        return cls(items=shown, next=key(shown[-1]) if len(items) > limit else None)


@dataclass(frozen=True)
class Accepted(Generic[V]):
    """202: the work goes on; ask at `location` how far it is."""

    status: ClassVar[int] = 202
    location: str
    view: V


@dataclass(frozen=True)
class Created(Generic[V]):
    """201: the new thing is at `location`."""

    status: ClassVar[int] = 201
    location: str
    view: V


@dataclass(frozen=True)
class Frame(Generic[V]):
    """One message of a stream. Without a `view` it only tells that the stream lives, and how far it has come."""

    position: str
    name: str = ""
    view: V | None = None
    retry: int | None = None
    """Milliseconds after which a client that was cut off tries again."""


@dataclass(frozen=True)
class Stream(Generic[V]):
    """200: server-sent events whose data are views. What the first frame raises is answered as any refusal."""

    frames: AsyncGenerator[Frame[V], None]


@dataclass(frozen=True)
class Seen:
    """What a client says it has seen: the ETags of its If-Match, or None where it says nothing."""

    tags: frozenset[str] | None = None

    def require(self, view: Tagged) -> None:
        """Outdated unless what is stored now looks as it was seen."""
        if self.tags is not None and etag_of(view) not in self.tags:
            raise Outdated()


@dataclass(frozen=True)
class Redirect:
    """302: what is asked for is at `location`."""

    status: ClassVar[int] = 302
    location: str


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the wire, and as it is kept for a repeated Idempotency-Key."""

    status: int
    body: bytes
    location: str | None = None
    replayed: bool = False
    etag: str | None = None

    @classmethod
    def of(cls, answer: Any) -> Reply:
        """From what a handler returned: a view, `Accepted`, `Created`, `Redirect` or None (204)."""
        if answer is None:
            return cls(204, b"")
        if isinstance(answer, Redirect):
            return cls(answer.status, b"", answer.location)
        if isinstance(answer, Accepted | Created):
            return cls(answer.status, as_json(answer.view), answer.location, etag=etag_of(answer.view))
        return cls(200, as_json(answer), etag=etag_of(answer))


def etag_of(view: BaseModel) -> str | None:
    """The ETag a view goes out with, quotes included."""
    if isinstance(view, Versioned):
        return f'"{view.version}"'
    if isinstance(view, Tagged):
        return f'"{hashlib.sha256(as_json(view)).hexdigest()[:TAG]}"'
    return None


def as_json(view: BaseModel) -> bytes:
    """A view as it goes over the wire."""
    return view.model_dump_json(by_alias=True).encode()
