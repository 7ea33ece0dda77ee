"""What the log says is what people got: real receivers, real processes, and a kill -9 in mid-sending."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from push_rigs import (
    SECRET,
    TODAY,
    WEBHOOK_CONFIG,
    Ledger,
    Postbox,
    an_account,
    built,
    email_config,
    queue,
    rows,
    serving_stub,
    tried,
    until,
)
from sqlalchemy import insert
from standardwebhooks import Webhook

from connectors.stub import dingtalk_robot as stub_robot
from connectors.stub.faults import Fault
from connectors.stub.provider import Stage
from service.access.unit import House
from service.clock import SHANGHAI, SetClock, SystemClock
from service.push import digests, links
from service.push.digests import Digest
from service.push.quiet import QuietHours
from service.push.rounds import Pace
from service.push.sender import Sender
from service.tables import residents
from service.tables.database import Database

ROOT = Path(__file__).parents[2]
NUMBER = 300
DIES_AFTER = (20, 90, 150, 220)  # messages taken, each time in the middle of a batch


@pytest.fixture
def living(house: House) -> House:
    """The same installation by the machine's clock, which other processes share."""
    return House(house.database, SystemClock(), house.vault)


@asynccontextmanager
async def a_victim(house: House, channel: str, config: dict[str, Any]) -> AsyncIterator[Process]:
    url = house.database.url.render_as_string(hide_password=False)
    script = str(Path(__file__).with_name("push_victim.py"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, url, channel, json.dumps(config), cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def meanwhile(victim: Process, condition: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition that `victim` brings about; fails at once if it dies of itself."""
    waiting, death = asyncio.ensure_future(until(condition)), asyncio.ensure_future(victim.wait())
    await asyncio.wait([waiting, death], return_when=asyncio.FIRST_COMPLETED)
    assert waiting.done(), "the sender's process ended by itself"
    death.cancel()
    await waiting


async def statuses(house: House) -> Counter[str]:
    return Counter(row.status for row in await rows(house))


async def nothing_is_open(house: House) -> bool:
    return not {"ready", "leased"} & (await statuses(house)).keys()


async def test_a_sender_killed_again_and_again_loses_nothing_and_doubles_nothing(living: House) -> None:
    async with Ledger(pause=0.02).open() as ledger:
        account_id = await an_account(living, webhook=ledger.url)
        assert await queue(living, account_id, NUMBER) == NUMBER
        torn = 0
        for count in DIES_AFTER:
            async with a_victim(living, "webhook", WEBHOOK_CONFIG) as victim:
                await meanwhile(victim, lambda count=count: len(set(ledger.ids)) >= count)
                victim.send_signal(signal.SIGKILL)
                await victim.wait()
            torn += (await statuses(living))["leased"]
        assert torn > 0  # it did die with messages in hand
        async with a_victim(living, "webhook", WEBHOOK_CONFIG) as victim:
            await meanwhile(victim, lambda: nothing_is_open(living))

    assert await statuses(living) == {"delivered": NUMBER}
    assert len(set(ledger.ids)) == NUMBER
    told = {headers["webhook-id"]: json.loads(body)["data"]["subject"] for headers, body in ledger.posts}
    assert len(set(told.values())) == NUMBER
    log = Counter(await tried(living))
    assert 0 < log["uncertain", "lease_expired"] <= torn  # a lease may outlive more than one death
    assert NUMBER <= log["delivered", "204"] <= len(ledger.posts)


async def test_killed_while_mailing_no_mail_goes_out_twice_and_doubt_is_recorded(living: House) -> None:
    async with Postbox(pause=0.02).open() as postbox:
        config = email_config(postbox.port)
        await queue(living, await an_account(living, email="wang@worker.example"), 60)
        async with a_victim(living, "email", config) as victim:
            await meanwhile(victim, lambda: len(postbox.raw) >= 20)
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
        async with a_victim(living, "email", config) as victim:
            await meanwhile(victim, lambda: nothing_is_open(living))

    taken = [str(mail["Message-ID"]) for mail in postbox.mails]
    assert len(taken) == len(set(taken))
    known = {row.provider_ref for row in await rows(living) if row.status == "accepted"}
    assert known <= set(taken)
    found = await statuses(living)
    assert found["accepted"] + found["unknown"] == 60
    assert found["unknown"] > 0
    assert (
        set(taken) - known
    )  # some of the doubtful ones did arrive: calling them failed would have been untrue


async def test_two_living_processes_send_nothing_twice(living: House) -> None:
    both_at_it = asyncio.Event()
    async with Ledger(hold=both_at_it).open() as ledger:
        await queue(living, await an_account(living, webhook=ledger.url), NUMBER)
        async with (
            a_victim(living, "webhook", WEBHOOK_CONFIG),
            a_victim(living, "webhook", WEBHOOK_CONFIG),
        ):
            await until(
                lambda: len(ledger.posts) == 2 * Pace().concurrency
            )  # more than one process has under way
            both_at_it.set()
            await until(lambda: nothing_is_open(living))
    assert len(ledger.ids) == len(set(ledger.ids)) == NUMBER
    assert set(await tried(living)) == {("delivered", "204")}


async def test_a_group_robot_gets_everything_and_is_never_asked_too_often(
    house: House, clock: SetClock
) -> None:
    """Against the stand-in, which counts as DingTalk does, with two senders and a call that is taken but not answered."""
    stage = Stage(clock)
    stage.faults.add(Fault("dingtalk_robot", "send", "content_type", skip=7))
    async with serving_stub(stage) as url:
        config = {
            "access_token": stub_robot.TOKEN,
            "secret": stub_robot.SECRET,
            "base_url": f"{url}/dingtalk_robot",
            "allow_private": True,
        }
        account_id = await an_account(house, dingtalk_robot=stub_robot.GROUP)
        await queue(house, account_id, 50)
        twin = House(Database(house.database.url.render_as_string(False)), clock, house.vault)
        async with (
            built(house, "dingtalk_robot", config) as one,
            built(twin, "dingtalk_robot", config) as two,
        ):
            for _ in range(5):
                senders = [Sender(house, {"dingtalk_robot": one}), Sender(twin, {"dingtalk_robot": two})]
                await asyncio.gather(*(sender.drain() for sender in senders))
                clock.advance(seconds=62)
        await twin.database.close()
    assert {call.code for call in stage.ledger.calls if call.action == "send"} == {"0"}
    assert len(stage.ledger.received(stub_robot.GROUP)) == 50
    assert await statuses(house) == {
        "accepted": 49,
        "unknown": 1,
    }  # the one of which DingTalk said nothing did arrive


SECRETS = ["欧阳映雪", "33019919390305012X", "13900001234", "东坡路18号3单元502室"]


async def _some_residents(house: House) -> None:
    name, number, phone, address = SECRETS
    async with house.write() as unit:
        await unit.connection.execute(
            insert(residents).values(
                name=name, id_number=number, id_number_index="i", phone=phone, address=address, synthetic=True
            )
        )


async def _a_morning(house: House, **goals: str) -> int:
    await _some_residents(house)
    account_id = await an_account(house, **goals)
    async with house.write() as unit:
        await digests.queue(
            unit, [Digest(account_id, TODAY, 9, 2, 1)],
            base_url="https://zhitui.example", quiet=QuietHours(20, 8, SHANGHAI), spread=0,
        )  # fmt: skip
    return account_id


def _tells_nothing_personal(sent: str) -> bool:
    return not [secret for secret in (*SECRETS, "欧阳", "王小丽", "wang@worker.example") if secret in sent]


async def test_a_webhook_receiver_can_verify_the_digest_and_learns_nothing_personal(house: House) -> None:
    async with (
        Ledger().open() as ledger,
        built(House(house.database, SystemClock(), house.vault), "webhook", WEBHOOK_CONFIG) as channel,
    ):
        account_id = await _a_morning(house, webhook=ledger.url)
        tally = await Sender(house, {"webhook": channel}).drain()
    assert tally.sent == 1
    ((headers, body),) = ledger.posts
    event = Webhook(SECRET).verify(body, headers)
    assert event["type"] == "tasks.digest"
    assert event["data"]["subject"] == "智推 11月23日：今天 9 户，其中紧急 2 户"
    token = event["data"]["link"].removeprefix("https://zhitui.example/l/")
    assert links.read(house.vault, token, house.clock.now()) == links.ListLink(account_id, TODAY)
    assert _tells_nothing_personal(str(headers) + body.decode() + json.dumps(event, ensure_ascii=False))


async def test_a_mail_arrives_readable_and_tells_nothing_personal(house: House) -> None:
    async with Postbox().open() as postbox, built(house, "email", email_config(postbox.port)) as channel:
        await _a_morning(house, email="wang@worker.example")
        tally = await Sender(house, {"email": channel}).drain()
    assert tally.sent == 1
    (mail,) = postbox.mails
    body = mail.get_body()
    assert body is not None
    text = f"{mail['Subject']}\n{body.get_content()}"
    assert "今天 9 户，其中紧急 2 户" in text
    assert "https://zhitui.example/l/" in text
    assert _tells_nothing_personal(text)
    raw = postbox.raw[0].decode()
    assert _tells_nothing_personal(
        raw.replace("To: wang@worker.example", "")
    )  # the envelope needs the address
    (delivery,) = await rows(house)
    assert (delivery.status, delivery.provider_ref) == ("accepted", mail["Message-ID"])


async def test_the_console_shows_the_digest_and_nothing_personal(
    sqlite_house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await _a_morning(sqlite_house)
    async with built(sqlite_house, "console", {}) as channel:
        assert (await Sender(sqlite_house, {"console": channel}).drain()).sent == 1
    printed = capsys.readouterr().out
    assert "今天 9 户，其中紧急 2 户" in printed
    assert _tells_nothing_personal(printed)


async def test_a_morning_that_was_missed_is_not_made_up_for_the_next_day(house: House) -> None:
    """The receiver was down all day: the digest ends as expired, and the ledger agrees."""
    async with Ledger().open() as ledger, built(house, "webhook", WEBHOOK_CONFIG) as channel:
        await _a_morning(house, webhook="http://127.0.0.1:9/hook")  # nobody listens on the discard port
        sender = Sender(house, {"webhook": channel})
        assert (await sender.drain()).retried == 1
        house.clock.advance(days=1)  # type: ignore[attr-defined]
        assert (await sender.drain()).expired == 1
        assert ledger.posts == []
    (delivery,) = await rows(house)
    assert delivery.status == "expired"
    assert delivery.last_reason
