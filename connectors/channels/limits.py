"""What a provider allows. Every limit is configuration with the provider's published value as its default, never code:
limits change, and an organisation may have bought others (facts and sources in docs/channels.md)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Rate(BaseModel):
    """At most `most` within any `seconds`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    most: int = Field(ge=1)
    seconds: float = Field(gt=0)


class Limits(BaseModel):
    """The limits of one account of a channel; what is empty or None is not limited.

    `calls` and `recipients` are answered with an error beyond them, so the sender paces itself. What goes beyond
    `person` or `same_text` is accepted and silently thrown away, so the sender never lets it come to that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: tuple[Rate, ...] = Field((), description="calls of the account")
    recipients: tuple[Rate, ...] = Field((), description="recipients over all calls of the account")
    person: tuple[Rate, ...] = Field((), description="messages to one address")
    same_text: float | None = Field(
        None, gt=0, description="seconds within which an equal text to one address is thrown away"
    )
    together: int = Field(1, ge=1, description="recipients of one call")
    month: int | None = Field(None, ge=1, description="calls a calendar month")
    crowded_minutes: tuple[int, ...] = Field(
        (), description="minutes of an hour in which the provider throttles"
    )
