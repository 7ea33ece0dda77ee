"""The command line as an operator uses it: one installation, real files, exit codes, one JSON document."""

from __future__ import annotations

import json
import socket
import sqlite3
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli import zhitui
from service.demo.files import write_files
from service.demo.obligations import RULES
from service.demo.street import make_street

TODAY = "2026-11-23"
REFERENCE = tuple(word for rule in RULES for word in ("--only", rule))
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command of one installation in a folder of its own."""

    def command(*words: str | Path, **environment: str) -> Result:
        env = {"ZHITUI_HOME": str(tmp_path / "home"), "ZHITUI_SPREAD": "0", "ZHITUI_LOG_LEVEL": "error"}
        return CliRunner().invoke(zhitui, [str(word) for word in words], env=env | environment)

    return command


@pytest.fixture
def ready(run: Run) -> Run:
    """The same after `zhitui init`."""
    assert run("init").exit_code == 0
    return run


def document(result: Result) -> Any:
    """The one JSON document on standard output."""
    return json.loads(result.stdout)


def test_init_makes_a_private_key_once_and_tables_that_stay(run: Run, tmp_path: Path) -> None:
    first = run("init")
    key = tmp_path / "home" / "key"
    before = key.read_text()
    second = run("init")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text() == before
    assert before.strip() not in first.output


def test_a_command_before_init_says_what_to_do(run: Run) -> None:
    result = run("tasks")
    assert result.exit_code == 1
    assert "zhitui init" in result.stderr


def test_a_key_others_can_read_is_refused(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "home" / "key").chmod(0o644)
    result = ready("tasks")
    assert result.exit_code == 1
    assert "chmod 600" in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ZHITUI_PORT", "http", "ZHITUI_PORT：应为整数"),
        ("ZHITUI_TIMEZONE", "Asia/Hangzhou", "ZHITUI_TIMEZONE：没有叫 Asia/Hangzhou 的时区"),
        ("ZHITUI_MORNING", "half past eight", "ZHITUI_MORNING：须写五段"),
        ("ZHITUI_CHANNEL", "Pigeon Post", "或渠道类型：console、webhook、"),
        ("ZHITUI_CHANNEL_CONFIG", "{", "ZHITUI_CHANNEL_CONFIG"),
        ("ZHITUI_DATABASE", "mysql://x/y", "ZHITUI_DATABASE"),
        ("ZHITUI_DATABASE", "not a url", "ZHITUI_DATABASE"),
        ("ZHITUI_DATABASE", "postgresql+asyncpg://127.0.0.1:1/none", "ZHITUI_DATABASE"),
    ],
)
def test_a_wrong_setting_is_named_without_a_traceback(ready: Run, name: str, value: str, said: str) -> None:
    result = ready("tasks", **{name: value})
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_whole_morning_by_hand(ready: Run, tmp_path: Path) -> None:
    """import → rules load → account add → scan → plan → tasks → push → explain, each with --json."""
    (tmp_path / "files").mkdir()
    for file in write_files(
        make_street(residents_per_community=50, today=date.fromisoformat(TODAY)), tmp_path / "files"
    ):
        imported = ready("import", file.path, "--as", file.kind, "--json")
        assert imported.exit_code in (0, 3), imported.output
        assert document(imported)["kind"] == file.kind
    assert set(document(ready("rules", "load", *REFERENCE, "--json"))["rules"].values()) == {"new"}
    assert set(document(ready("rules", "load", *REFERENCE, "--json"))["rules"].values()) == {"unchanged"}
    assert len(document(ready("rules", "list", "--json"))) == 6
    for community in ("050", "052", "053", "055", "057", "058"):
        code = f"330102003{community}"
        words = ("account", "add", f"w{community}", "--name", "陈工", "--role", "worker", "--division", code)
        added = ready(
            *words, "--grid", f"{code}001", "--token", "--json", ZHITUI_NEW_PASSWORD="Xihu-Longjing 26"
        )
        assert added.exit_code == 0, added.output
        assert document(added)["token"].startswith("zt_")
    scanned = document(ready("scan", "--as-of", TODAY, "--json"))
    assert scanned["state"] == "done"
    assert sum(rule["opened"] for rule in scanned["rules"]) > 5
    planned = document(ready("plan", "--on", TODAY, "--force", "--json"))
    assert planned["unassigned"] == 0
    listed = document(ready("tasks", "--on", TODAY, "--json"))
    assert len(listed) == sum(load["visits"] for load in planned["loads"]) > 3
    one = document(ready("tasks", "--on", TODAY, "--worker", "w057", "--json"))
    assert 0 < len(one) < len(listed)
    sent = ready("push", "--on", TODAY, "--force", "--json")
    assert sent.exit_code == 0, sent.output
    assert document(sent)["queued"] == document(sent)["sent"]["sent"] == len(planned["loads"])
    listed = document(ready("deliveries", "list", "--on", TODAY, "--json"))
    assert {one["status"] for one in listed} == {"delivered"}
    again = ready("deliveries", "replay", str(listed[0]["delivery_id"]))
    assert again.exit_code == 1, "what was delivered is not sent again"
    told = ready("explain", "old-age-allowance", "1", "--on", TODAY, "--json")
    assert told.exit_code == 0, told.output
    assert document(told)["judgement"]["verdict"] in ("match", "no", "unknown")


def test_scanning_a_day_to_come_is_a_preview(ready: Run) -> None:
    ready("rules", "load", *REFERENCE)
    result = ready("scan", "--as-of", "2099-01-01")
    assert result.exit_code == 0, result.output
    assert "没有写入" in result.stdout


def test_a_verification_says_that_nothing_differs_and_what_does(ready: Run, tmp_path: Path) -> None:
    ready("rules", "load", *REFERENCE)
    equal = ready("scan", "--verify")
    assert equal.exit_code == 0, equal.output
    assert "一致" in equal.stdout
    with sqlite3.connect(tmp_path / "home" / "zhitui.db") as past_the_house:
        past_the_house.execute(
            "INSERT INTO residents (id_number, id_number_index, id_type, name, hukou_code, birth_date)"
            " VALUES ('x', 'x', 'id_card', '陈', '330102003057', '1930-01-01')"
        )
    different = ready("scan", "--verify")
    assert different.exit_code == 3
    assert "old-age-allowance：应新增 1" in different.stdout
    assert "zhitui scan --full" in different.stdout
    told = document(ready("scan", "--verify", "--json"))["differences"]
    assert told["old-age-allowance"] == {"opened": 1}
    mixed = ready("scan", "--verify", "--full")
    assert (mixed.exit_code, "--verify" in mixed.stderr) == (1, True)


@pytest.mark.parametrize("command", ["plan", "push", "run-day"])
def test_another_day_is_rearranged_only_when_it_is_meant(ready: Run, command: str) -> None:
    result = ready(command, "--on", "2099-06-01")
    assert result.exit_code == 1
    assert "--force" in result.stderr


def test_a_day_run_ahead_does_not_lock_the_days_before_it(ready: Run) -> None:
    ready("rules", "load", *REFERENCE)
    assert ready("run-day", "--on", "2099-06-01", "--force").exit_code == 0
    scanned = ready("scan", "--json")
    assert document(scanned)["state"] == "done"


def test_a_file_in_the_drop_folder_that_cannot_be_read_is_told(ready: Run, tmp_path: Path) -> None:
    ready("rules", "load", *REFERENCE)
    drop = tmp_path / "home" / "drop"
    drop.mkdir()
    (drop / "residents.xlsx").write_bytes(b"%PDF-1.7 not a workbook")
    result = ready("run-day", "--on", TODAY, "--force")
    assert result.exit_code == 3, result.output
    assert "residents.xlsx" in result.stdout
    assert (drop / "failed" / "residents.xlsx").exists()


def test_a_wrong_file_is_refused_and_a_half_wrong_one_is_imported_in_part(ready: Run, tmp_path: Path) -> None:
    picture = tmp_path / "roster.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    refused = ready("import", picture, "--as", "residents")
    assert refused.exit_code == 1
    assert "错误（" in refused.stderr
    table = tmp_path / "places.csv"
    table.write_text("编码,名称,级别,上级编码\n330102003057,东坡路社区,社区,330102003000\n,无码,社区,\n")
    report = tmp_path / "report.csv"
    part = ready("import", table, "--as", "divisions", "--report", report)
    assert part.exit_code == 3, part.output
    assert "第 3 行" in part.stdout
    assert "编码" in report.read_text(encoding="utf-8-sig")
    dry = ready("import", table, "--as", "divisions", "--dry-run")
    assert "未写入" in dry.stdout


def test_rules_check_tells_every_error_of_every_file(run: Run, tmp_path: Path) -> None:
    good = run("rules", "check", "rules/library", "--json")
    assert good.exit_code == 0, good.output
    assert document(good)["rules"] >= len(RULES)
    text = Path("rules/library/old-age-allowance.yaml").read_text()
    (tmp_path / "unknown.yaml").write_text(text.replace("resident.birth_date", "resident.birthday"))
    (tmp_path / "half.yaml").write_text(text[: len(text) // 3])
    (tmp_path / "latin.yaml").write_bytes("title: 高龄".encode("gb18030"))
    wrong = run("rules", "check", tmp_path)
    assert wrong.exit_code == 1
    for name in ("unknown.yaml", "half.yaml", "latin.yaml"):
        assert name in wrong.stdout
    assert "birth_date" in wrong.stdout, "a near name is suggested"


def _library(folder: Path) -> Path:
    for file in Path("rules/library").iterdir():
        if file.suffix in (".yaml", ".yml"):
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_a_pack_with_one_wrong_rule_publishes_nothing(ready: Run, tmp_path: Path) -> None:
    broken = _library(tmp_path) / "elder-visits.yaml"
    broken.write_text(broken.read_text().replace("resident.death_on", "resident.died_on"))
    result = ready("rules", "load", tmp_path, *REFERENCE)
    assert result.exit_code == 1
    assert "elder-visits.yaml" in result.stderr
    assert "died_on" in result.stderr
    assert "Traceback" not in result.output
    assert document(ready("rules", "list", "--json")) == []


def test_a_rule_without_its_duty_waits_and_the_others_come_into_force(ready: Run, tmp_path: Path) -> None:
    waiting = _library(tmp_path) / "elder-visits.yaml"
    waiting.write_text(waiting.read_text().replace("SG-2026-015", "SG-2026-999"))
    result = ready("rules", "load", tmp_path, *REFERENCE)
    assert result.exit_code == 0
    assert "elder-visits：暂不生效\n    履职清单里没有 SG-2026-999" in result.stdout
    assert {rule["rule"] for rule in document(ready("rules", "list", "--json"))} == set(RULES) - {
        "elder-visits"
    }
    assert "elder-visits 第 1 版" in ready("rules", "list", "--all").stdout
    refused = ready("rules", "activate", "elder-visits", "1")
    assert (refused.exit_code, "SG-2026-999" in refused.stderr) == (1, True)


def test_a_weak_password_is_refused_with_the_reason(ready: Run) -> None:
    words = ("account", "add", "admin1", "--name", "管理员", "--role", "system_admin")
    result = ready(*words, ZHITUI_NEW_PASSWORD="12345678")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) > 1


def test_serving_on_a_taken_port_says_so(ready: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = ready("serve", ZHITUI_PORT=str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "ZHITUI_PORT" in result.stderr


def test_a_report_that_cannot_be_written_stops_the_import_before_it_begins(
    ready: Run, tmp_path: Path
) -> None:
    table = tmp_path / "places.csv"
    table.write_text("编码,名称,级别,上级编码\n330102003057,东坡路社区,社区,\n")
    result = ready("import", table, "--as", "divisions", "--report", tmp_path / "nowhere" / "r.xlsx")
    assert result.exit_code == 1
    assert "没有导入" in result.stderr
    assert "新建 1" in ready("import", table, "--as", "divisions").stdout


@pytest.mark.parametrize(
    ("channel", "address"), [("email", "not an address"), ("webhook", "ftp://x"), ("pigeon", "x")]
)
def test_an_address_that_cannot_be_one_is_refused(ready: Run, channel: str, address: str) -> None:
    words = ("account", "add", "editor", "--name", "编辑", "--role", "rule_editor", "--no-password")
    assert ready(*words, "--address", channel, address).exit_code == 1


def test_an_account_is_changed_and_every_step_is_in_an_unbroken_audit_log(ready: Run, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text(
        "编码,名称,级别,上级编码\n330102003057,东坡路社区,社区,\n330102003057001,第一网格,网格,330102003057\n"
    )
    assert ready("import", places, "--as", "divisions").exit_code == 0
    words = ("account", "add", "wang", "--name", "王敏", "--role", "worker", "--division", "330102003057")
    assert ready(*words, "--no-password").exit_code == 0
    assert ready("account", "grid", "wang", "330102003057001", "--deputy").exit_code == 0
    assert ready("account", "grid", "wang", "330102003058001").exit_code == 1, "not in the own area"
    assert ready("account", "address", "wang", "email", "wang@example.cn").exit_code == 0
    issued = document(ready("account", "token", "wang", "--json"))
    assert ready("account", "revoke", str(issued["token_id"])).exit_code == 0
    assert ready("account", "revoke", str(issued["token_id"])).exit_code == 1
    assert ready("account", "disable", "wang").exit_code == 0
    assert ready("account", "token", "wang").exit_code == 1
    assert ready("account", "disable", "nobody").exit_code == 1
    assert ready("audit", "verify").exit_code == 0
    with sqlite3.connect(tmp_path / "home" / "zhitui.db") as database:
        database.execute("DROP TRIGGER audit_refuses_update")
        database.execute("UPDATE audit SET action = 'nothing' WHERE audit_id = 2")
    database.close()
    broken = ready("audit", "verify")
    assert broken.exit_code == 3
    assert "2" in broken.stdout


def test_the_demo_ends_by_itself_when_asked_to(run: Run) -> None:
    result = run("demo", "--once", "--residents", "30")
    assert result.exit_code == 0, result.output
    assert "推送" in result.stdout
    again = run("demo", "--once", "--residents", "30")
    assert again.exit_code == 0, again.output
