"""The Chinese pages use the product's own words, and quote the shipped rules as they are."""

from __future__ import annotations

import re
from typing import get_args

from doc_pages import ROOT, blocks, text

from rules import LIBRARY
from service.access.actors import Actor
from service.access.permissions import Role
from service.api.enterprises import Colour
from service.pages.menu import ENTRIES, menu_of
from service.tables.accounts import ROLE
from service.tables.tasks import OUTCOME
from service.work.unassigned import WORDS


def first_cells(page: str, heading: str) -> list[str]:
    """The first column of the table under a heading, without the table's own heading."""
    section = text(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return list(re.findall(r"^\| (.+?) \|", section, re.MULTILINE))[1:]


def test_a_worker_is_told_every_outcome_by_its_name() -> None:
    assert first_cells("docs/zh/社区工作者.md", "办完以后怎么报") == list(OUTCOME.values())


def test_a_supervisor_is_told_every_page_by_its_name_in_the_menu() -> None:
    named = dict(re.findall(r'entry\("([^"]+)", _\("([^"]+)"\)', text("service/pages/templates/menu.html")))
    offered = menu_of(Actor(1, "", Role.SUPERVISOR, "330102003050"))
    assert first_cells("docs/zh/负责人.md", "各个页面") == [named[path] for path in offered]
    assert set(named) == {path for path, _ in ENTRIES}


def test_a_supervisor_is_told_every_reason_why_nobody_holds_a_visit() -> None:
    assert first_cells("docs/zh/负责人.md", "没有人负责的任务") == list(WORDS.values())


def test_an_enterprise_is_told_every_colour() -> None:
    shown = [cell.split()[0] for cell in first_cells("docs/zh/企业.md", "您能看到什么")]
    assert shown == list(get_args(Colour))


def test_an_operator_is_told_every_role_by_its_name() -> None:
    roles = re.findall(
        r"^\| `(\w+)` \| (\S+) \|", text("docs/zh/运维.md").split("\n## 账号\n")[1], re.MULTILINE
    )
    assert dict(roles) == ROLE


def test_what_is_quoted_of_a_rule_stands_in_the_shipped_file_line_by_line() -> None:
    shipped = (LIBRARY / "health-certificate-food.yaml").read_text(encoding="utf-8")
    quoted = blocks(ROOT / "docs/zh/规则管理员.md", "yaml")
    assert len(quoted) >= 4
    assert all(block in shipped for block in quoted)
