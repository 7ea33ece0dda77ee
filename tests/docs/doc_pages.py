"""The project's pages as text: every Markdown file, their code blocks, spans, links and sections."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ABROAD = ("http://", "https://", "mailto:")


def pages() -> list[Path]:
    """Every page at the root and under docs/."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(page: Path | str) -> str:
    """The text of a page, given by its path or by its name under the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def name(page: Path) -> str:
    """How a page is called in the name of a test."""
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str | None = None) -> list[str]:
    """The fenced blocks of a page, of one language or of all."""
    return [body for marked, body in FENCE.findall(text(page)) if language in (None, marked)]


def code(page: Path) -> str:
    """All that stands in blocks and spans, a line each; prose is left out."""
    rest = FENCE.sub("", text(page))
    return "\n".join([*blocks(page), *SPAN.findall(rest)])


def links(page: Path) -> list[tuple[Path, str]]:
    """Where the relative links of a page lead: file and anchor."""
    found = LINK.findall(FENCE.sub("", text(page)))
    near = [link for link in found if not link.startswith(ABROAD)]
    return [_target(page, *link.partition("#")[::2]) for link in near]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made the way forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sections(page: str) -> dict[str, str]:
    """The text under each code heading (`## \\`…\\``) of a page, up to the next heading of any kind."""
    parts = re.split(r"^##+ (.+)$", text(page), flags=re.MULTILINE)[1:]
    under = zip(parts[::2], parts[1::2], strict=True)
    return {heading.strip("`"): body for heading, body in under if heading.startswith("`")}


def tracked() -> Iterator[Path]:
    """Every file that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return (ROOT / part for part in listed.decode().split("\0") if part)


def _target(page: Path, path: str, anchor: str) -> tuple[Path, str]:
    return ((page.parent / path).resolve() if path else page), anchor
