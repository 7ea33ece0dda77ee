"""Messages in one call: each gets its own outcome, whoever else was in it."""

from __future__ import annotations

import asyncio

from channel_rigs import a_message
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels.gathering import send_ready
from connectors.channels.message import ChannelError, Gone, Message, Receipt, Rejected, Uncertain

KINDS = st.lists(st.sampled_from(["unfit", "taken", "gone"]), min_size=1, max_size=12)


def ready(message: Message) -> Message:
    if message.to == "unfit":
        raise Rejected("unfit")
    return message


@given(KINDS, st.booleans())
def test_every_message_gets_its_own_outcome_in_its_place(kinds: list[str], breaks: bool) -> None:
    messages = [a_message(kind, id=f"ntf-{at}") for at, kind in enumerate(kinds)]

    async def send(able: list[Message]) -> list[Receipt | ChannelError]:
        assert [one.to for one in able] == [kind for kind in kinds if kind != "unfit"]
        if breaks:
            raise Uncertain("broken")
        return [Gone(one.id) if one.to == "gone" else Receipt("accepted", one.id, None, 0) for one in able]

    try:
        outcomes = asyncio.run(send_ready(messages, ready, send))
    except Uncertain:
        assert breaks
        assert "unfit" not in kinds
        return
    for message, outcome in zip(messages, outcomes, strict=True):
        if message.to == "unfit":
            assert type(outcome) is Rejected
        elif breaks:
            assert type(outcome) is Uncertain
        elif message.to == "gone":
            assert isinstance(outcome, Gone)
            assert outcome.reason == message.id
        else:
            assert outcome == Receipt("accepted", message.id, None, 0)
