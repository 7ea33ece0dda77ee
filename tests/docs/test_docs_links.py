"""Every relative link of every page leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_pages import ROOT, anchors, links, name, pages


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_relative_link_leads_to_a_file_of_the_project(page: Path) -> None:
    gone = [
        str(target)
        for target, _ in links(page)
        if not target.exists() or ROOT not in (target, *target.parents)
    ]
    assert not gone


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_anchor_is_a_heading_of_the_page_it_leads_to(page: Path) -> None:
    missing = [
        f"{name(target)}#{anchor}"
        for target, anchor in links(page)
        if anchor and target.suffix == ".md" and anchor not in anchors(target)
    ]
    assert not missing


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        near = {target for target, _ in links(page) if target.suffix == ".md" and target.exists()}
        waiting += near - reached
    assert set(pages()) <= reached
