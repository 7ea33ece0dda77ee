"""The main job, end to end: a survey goes in, explained task lists come out, and doing it twice doubles nothing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from mornings import TODAY, settings_in
from sqlalchemy import delete, func, insert, select, text, update

from service import clockwork, jobs, sending
from service.access.unit import House
from service.cli.day import day_lists
from service.cli.words import list_lines
from service.clock import SetClock
from service.demo.obligations import RULES
from service.engine import forecast, wording
from service.errors import StorageFull
from service.records.drop import import_drop_folder
from service.tables import (
    certificates,
    deliveries,
    employments,
    findings,
    forecast_rules,
    job_runs,
    notification_tasks,
    notifications,
    residents,
    task_events,
    tasks,
)
from service.work import plan

WEBHOOK = {"secrets": ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]}


async def _counts(house: House) -> dict[str, int]:
    async with house.read() as unit:
        return {
            table.name: (await unit.connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (findings, tasks, task_events, notifications, deliveries)
        }


async def test_every_planned_visit_says_why(morning: House) -> None:
    async with morning.read() as unit:
        found = await day_lists(unit, TODAY)
    assert len(found) >= 6
    every = [finding for task in found for finding in task.findings]
    assert all(finding.reason and finding.heading and finding.advice for finding in every)
    printed = "\n".join(list_lines(found, TODAY))
    assert "健康证" in printed


async def test_one_target_has_one_open_task(morning: House) -> None:
    async with morning.read() as unit:
        rows = await unit.connection.execute(
            select(func.count(tasks.c.task_id)).group_by(tasks.c.target_kind, tasks.c.target_id)
        )
        merged = await unit.connection.execute(
            select(func.count(findings.c.finding_id)).group_by(findings.c.task_id)
        )
        orphans = await unit.connection.execute(
            select(func.count()).select_from(findings).where(findings.c.task_id.is_(None))
        )
    assert set(rows.scalars()) == {1}
    assert max(merged.scalars()) > 1
    assert orphans.scalar() == 0


async def test_the_same_morning_twice_doubles_nothing(morning: House, tmp_path: Path) -> None:
    before = await _counts(morning)
    again = await jobs.run_day(morning, settings_in(tmp_path), TODAY)
    assert again.queued == 0
    assert await _counts(morning) == before


async def test_the_morning_also_says_what_is_to_be_expected_and_goes_on_where_that_fails(
    morning: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with morning.read() as unit:
        rows = await unit.connection.execute(select(forecast_rules.c.rule))
    assert set(rows.scalars()) == set(RULES)

    async def fail(_house: House) -> None:
        raise RuntimeError("no forecast today")

    monkeypatch.setattr(forecast, "bring_up", fail)
    assert (await jobs.run_day(morning, settings_in(tmp_path), TODAY)).ran


async def test_each_worker_with_visits_gets_one_message_without_any_name(morning: House) -> None:
    async with morning.read() as unit:
        workers = await unit.connection.execute(
            select(func.count(tasks.c.account_id.distinct())).where(tasks.c.planned_on == TODAY)
        )
        texts = (await unit.connection.execute(select(notifications.c.subject, notifications.c.body))).all()
        names = (await unit.connection.execute(select(residents.c.name))).scalars().all()
        assert len(texts) == workers.scalar()
    said = "".join(subject + body for subject, body in texts)
    assert not [name for name in names if len(name) > 1 and name in said]


async def test_messages_go_out_once_and_are_told_truthfully(morning: House, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    first, waiting = await sending.send_due(morning, settings)
    second, _ = await sending.send_due(morning, settings)
    assert waiting.count == 0
    async with morning.read() as unit:
        states = (await unit.connection.execute(select(deliveries.c.status).distinct())).scalars().all()
    assert (first.sent, second.sent) == ((await _counts(morning))["deliveries"], 0)
    assert states == ["delivered"]


async def test_a_day_off_is_left_out(morning: House, tmp_path: Path) -> None:
    sunday = date(2026, 11, 29)
    done = await jobs.run_day(morning, settings_in(tmp_path), sunday)
    assert not done.ran
    async with morning.read() as unit:
        days = (
            (await unit.connection.execute(select(job_runs.c.day).where(job_runs.c.job == jobs.MORNING)))
            .scalars()
            .all()
        )
    assert days == [TODAY]


async def test_a_missed_morning_is_caught_up_at_start_and_only_then(morning: House, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert not await clockwork.missed(morning, settings)
    clock = morning.clock
    assert isinstance(clock, SetClock)
    clock.instant += timedelta(days=1, minutes=-45)
    assert not await clockwork.missed(morning, settings), "a quarter to eight is not late yet"
    clock.advance(hours=3)
    assert await clockwork.missed(morning, settings)
    await clockwork.catch_up(morning, settings)
    assert not await clockwork.missed(morning, settings)


async def test_a_round_that_failed_is_missed_until_it_succeeds(morning: House, tmp_path: Path) -> None:
    async with morning.write() as unit:
        await unit.connection.execute(update(job_runs).values(state="failed"))
    assert await clockwork.missed(morning, settings_in(tmp_path))


async def test_a_file_in_the_drop_folder_is_imported_and_put_aside(morning: House, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.drop.mkdir()
    (settings.drop / "divisions-new.csv").write_text(
        "编码,名称,级别,上级编码\n330102003099,新社区,社区,330102003000\n"
    )
    (settings.drop / "residents.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    (settings.drop / "readme.txt").write_text("not for import")
    (settings.drop / "residents-2.csv.part").write_text("still being copied")
    reports, refused = await import_drop_folder(morning, settings.drop)
    assert [(report.kind, report.created) for report in reports] == [("divisions", 1)]
    assert [file.file_name for file in refused] == ["readme.txt", "residents.csv"]
    assert "residents-" in refused[0].reason
    left = {str(path.relative_to(settings.drop)) for path in settings.drop.rglob("*") if path.is_file()}
    assert left == {
        "done/divisions-new.csv",
        "failed/residents.csv",
        "readme.txt",
        "residents-2.csv.part",
    }


async def test_a_file_of_a_name_already_put_aside_does_not_replace_it(morning: House, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for number in range(2):
        settings.drop.mkdir(exist_ok=True)
        row = f"33010200309{number},新社区{number},社区,330102003000"
        (settings.drop / "divisions.csv").write_text(f"编码,名称,级别,上级编码\n{row}\n")
        await import_drop_folder(morning, settings.drop)
    assert {path.name for path in (settings.drop / "done").iterdir()} == {"divisions.csv", "divisions-2.csv"}


async def test_a_full_disk_or_busy_database_leaves_the_file_where_it_is(
    morning: House, tmp_path: Path
) -> None:
    if morning.database.dialect != "sqlite":
        pytest.skip("only SQLite can be told how large it may grow")
    settings = settings_in(tmp_path)
    settings.drop.mkdir()
    (settings.drop / "divisions.csv").write_text(
        "编码,名称,级别,上级编码\n330102003099,新社区,社区,330102003000\n"
    )
    async with morning.write() as unit:
        pages = (await unit.connection.execute(text("PRAGMA page_count"))).scalar_one()
        await unit.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    rows = "\n".join(f"3301020{number:05d},社区{number},社区,330102003000" for number in range(4000, 9000))
    (settings.drop / "divisions.csv").write_text(f"编码,名称,级别,上级编码\n{rows}\n")
    with pytest.raises(StorageFull):
        await import_drop_folder(morning, settings.drop)
    assert [path.name for path in settings.drop.iterdir()] == ["divisions.csv"]


async def test_words_follow_records_that_change_within_the_day(morning: House, tmp_path: Path) -> None:
    async with morning.write() as unit:
        row = (
            await unit.connection.execute(
                select(findings.c.finding_id, findings.c.subject_id)
                .join(tasks, tasks.c.task_id == findings.c.task_id)
                .where(findings.c.rule == "health-certificate-food", tasks.c.planned_on == TODAY)
                .limit(1)
            )
        ).one()
        person = select(employments.c.resident_id).where(employments.c.employment_id == row.subject_id)
        await unit.connection.execute(delete(certificates).where(certificates.c.resident_id.in_(person)))
        await unit.connection.execute(
            insert(certificates).values(
                kind="HEALTH_FOOD",
                number="X1",
                resident_id=person.scalar_subquery(),
                valid_to=date(2026, 11, 25),
            )
        )
    await jobs.run_day(morning, settings_in(tmp_path), TODAY)
    async with morning.read() as unit:
        reason = select(findings.c.reason).where(findings.c.finding_id == row.finding_id)
        assert "2026-11-25" in (await unit.connection.execute(reason)).scalar_one()


async def test_a_round_leaves_word_of_what_it_could_not_do(morning: House, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.drop.mkdir()
    (settings.drop / "企业.csv").write_text("统一社会信用代码\n")
    await jobs.run_day(morning, settings, TODAY)
    async with morning.read() as unit:
        detail = (
            await unit.connection.execute(select(job_runs.c.detail).where(job_runs.c.job == jobs.MORNING))
        ).scalar_one()
    assert list(detail["refused_files"]) == ["企业.csv"]


async def test_whoever_has_no_address_is_counted_and_can_be_sent_to_afterwards(
    morning: House, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path).model_copy(update={"channel": "webhook", "channel_config": WEBHOOK})
    async with morning.write() as unit:
        await unit.connection.execute(delete(deliveries))
        await unit.connection.execute(delete(notification_tasks))
        await unit.connection.execute(delete(notifications))
        day = plan.Plan(TODAY, await plan.loads(unit, TODAY), 0)
        queued = await jobs.push_digests(unit, settings, day)
    tally, waiting = await sending.send_due(morning, settings)
    assert (tally.sent, waiting.unreachable) == (0, queued)
    assert queued > 0


async def test_a_finding_the_records_no_longer_bear_out_is_not_given_a_reason_against_itself(
    morning: House,
) -> None:
    async with morning.write() as unit:
        row = (
            await unit.connection.execute(
                select(findings.c.finding_id, findings.c.task_id, findings.c.subject_id)
                .join(tasks, tasks.c.task_id == findings.c.task_id)
                .where(findings.c.rule == "elder-visits", tasks.c.planned_on == TODAY)
                .limit(1)
            )
        ).one()
        await unit.connection.execute(
            update(residents).where(residents.c.resident_id == row.subject_id).values(death_on=TODAY)
        )
        await wording.rewrite_words(unit, row.task_id)
        reason = select(findings.c.reason).where(findings.c.finding_id == row.finding_id)
        assert (await unit.connection.execute(reason)).scalar_one() == wording.CHANGED
