"""Fields and codes on the command line, up to a scan that finds somebody by a declared field."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made
import pytest
from click.testing import CliRunner, Result
from records.record_files import id_number

from service.cli import zhitui

Run = Callable[..., Result]
SHOES = ("fields", "declare", "resident.shoe_size", "--label", "鞋码", "--kind", "int", "--unit", "码")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command of one installation with its tables made."""
    env = {"ZHITUI_HOME": str(tmp_path / "home"), "ZHITUI_LOG_LEVEL": "error"}

    def command(*words: str | Path) -> Result:
        return CliRunner().invoke(zhitui, [str(word) for word in words], env=env)

    assert command("init").exit_code == 0
    return command


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def pack(folder: Path) -> Path:
    """A pack of one rule that reads the field."""
    folder.mkdir()
    rule = made.RULE.format(rule="big-shoes", again="never", done="").split("examples:")[0]
    rule = rule.replace("age(resident.birth_date) >= 80", "resident.shoe_size >= 45")
    examples = "".join(
        f"  - {{name: 鞋码{size}, today: 2026-11-23, given: {{resident: {{shoe_size: {size}}}}}, expect: {verdict}}}\n"
        for size, verdict in ((45, "match"), (44, "no"))
    )
    (folder / "big-shoes.yaml").write_text(f"{rule}examples:\n{examples}", encoding="utf-8")
    (folder / "parameters.yaml").write_text("parameters: {}\n", encoding="utf-8")
    duty = {"duty": "SG-2026-001", "name": "量鞋", "kind": "main", "department": "民政局", "basis": "测试"}
    (folder / "duties.yml").write_text(json.dumps({"duties": [duty]}), encoding="utf-8")
    return folder


def test_a_declared_field_goes_from_the_file_through_a_rule_to_a_finding(run: Run, tmp_path: Path) -> None:
    assert document(run(*SHOES, "--json")) == {"state": "new"}
    assert "与原来相同" in run(*SHOES).stdout
    with (tmp_path / "r.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [[id_number(1), "陈大文", "46码"], [id_number(3), "林小", "38"], [id_number(5), "王五", ""]]
        csv.writer(file).writerows([["身份证号", "姓名", "鞋码"], *rows])
    assert document(run("import", tmp_path / "r.csv", "--as", "residents", "--json"))["good"] == 3
    folder = pack(tmp_path / "pack")
    unknown = run("rules", "check", folder)
    assert unknown.exit_code == 1
    assert "shoe_size" in unknown.stdout
    assert run("rules", "check", folder, "--declared").exit_code == 0
    loaded = run("rules", "load", folder)
    assert loaded.exit_code == 0, loaded.output
    (rule,) = document(run("scan", "--as-of", "2026-11-23", "--json"))["rules"]
    assert (rule["matched"], rule["unknown"], rule["missing"]) == (1, 1, {"鞋码": 1})
    refused = run("fields", "retire", "resident.shoe_size")
    assert refused.exit_code == 1
    assert "big-shoes" in refused.stderr
    (listed,) = document(run("fields", "list", "--json"))
    assert (listed["name"], listed["unit"], listed["retired_at"]) == ("shoe_size", "码", None)


def test_a_field_is_retired_and_said_to_be_so(run: Run) -> None:
    assert "没有扩展字段" in run("fields", "list").stdout
    run(*SHOES)
    assert "已停用" in run("fields", "retire", "resident.shoe_size").stdout
    assert "早已停用" in run("fields", "retire", "resident.shoe_size").stdout
    assert "鞋码（已停用）" in run("fields", "list").stdout
    assert run("fields", "retire", "resident.hat_size").exit_code == 1


def test_what_a_second_declaration_does_not_say_stays_as_it_was(run: Run) -> None:
    blood = ("fields", "declare", "resident.blood", "--kind", "text", "--label")
    secret = ("--code", "A=甲型", "--code", "B=乙型", "--sensitivity", "sensitive", "--missing", "none")
    assert run(*blood, "血型", *secret).exit_code == 0
    assert "已改动" in run(*blood, "验过的血型").stdout
    (kept,) = document(run("fields", "list", "--json"))
    assert kept["label"] == "验过的血型"
    assert (kept["sensitivity"], kept["missing"]) == ("sensitive", "none")
    assert kept["codes"] == {"A": "甲型", "B": "乙型"}
    assert "验过的血型，文字，代码 A 甲型、B 乙型，敏感个人信息" in run("fields", "list").stdout


def test_a_wrong_declaration_is_told_part_by_part(run: Run) -> None:
    result = run(
        "fields", "declare", "resident.Phone", "--label", "备用手机号", "--kind", "text", "--unit", "个"
    )
    assert result.exit_code == 1
    assert all(f"  {part}：" in result.stderr for part in ("name", "label", "unit"))
    for words in (("shoe_size",), ("resident.blood", "--code", "A")):
        wrong = run("fields", "declare", *words, "--label", "血型", "--kind", "text")
        assert wrong.exit_code == 2


def test_the_catalogue_tells_every_field_and_marks_the_declared_ones(run: Run) -> None:
    declared = (
        "fields",
        "declare",
        "resident.blood",
        "--label",
        "血型",
        "--kind",
        "text",
        "--code",
        "A=甲型",
    )
    assert run(*declared, "--sensitivity", "sensitive").exit_code == 0
    shown = run("catalogue", "resident").stdout
    assert "blood：血型，文字，代码 A 甲型（空着＝没有登记；敏感个人信息；扩展字段）" in shown
    assert "certificates → certificate：证件（多条）" in shown
    (only,) = document(run("catalogue", "household", "--json"))["items"]
    assert only["name"] == "household"
    assert run("catalogue", "person").exit_code == 1


def test_codes_are_looked_up_by_field(run: Run) -> None:
    every = run("codes").stdout.splitlines()
    assert any(line.startswith("enterprise.industry（") and "共 97 个" in line for line in every)
    industry = run("codes", "enterprise.industry").stdout
    assert "62  餐饮业" in industry
    assert "按前 2 位对照" in industry
    (marital,) = document(run("codes", "resident.marital", "--json"))["items"]
    assert {"code": "30", "name": "丧偶"} in marital["codes"]
    assert run("codes", "resident.name").exit_code == 1
