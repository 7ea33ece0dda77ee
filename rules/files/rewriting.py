"""A rule file with its expressions laid out anew and every other character as it was."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from rules.errors import RuleError, RuleErrors
from rules.files import misfits
from rules.files.yamls import Source
from rules.reading.formatting import has_comments, layout

_INDENTED = re.compile(r"^([|>][+-]?)[1-9]([+-]?)")
ENDLESS = 1_000_000  # columns: an expression inside braces stays on one line


class Place(NamedTuple):
    """Where an expression stands: `applies` or `grades.urgent`, in a block of its own or inside braces."""

    part: str
    node: yaml.ScalarNode
    indent: int
    inside_braces: bool

    @property
    def line(self) -> int:
        """The line it begins in, from 1."""
        return self.node.start_mark.line + 1


def rewrite(text: str, *, file: str) -> str:
    """Lay out `applies`, `when` and the grades; RuleErrors with every expression that cannot be read.

    A block (`>-`, `|`) stays the kind of block it was, except that comments need `|`; what grows beyond one line
    becomes a block; quotes stay as they are.
    """
    source = Source(text, file)
    found = list(comments_lost(source))
    replaced: list[tuple[int, int, str]] = []
    for place in _places(source):
        try:
            replaced.append(_replaced(text, place))
        except RuleErrors as errors:
            found += [error.within(place.part, file, place.line) for error in errors.errors]
    if found:
        raise RuleErrors(found)
    ending = "\r\n" if "\r\n" in text else "\n"
    for start, end, written in reversed(replaced):
        text = text[:start] + written.replace("\n", ending) + text[end:]
    return text


def comments_lost(source: Source) -> Iterator[RuleError]:
    """An error for each expression with a comment that would swallow what follows it, because YAML joins the lines."""
    for place in _places(source):
        one_line = place.node.style != "|" and place.node.start_mark.line != place.node.end_mark.line
        if (one_line or place.inside_braces) and has_comments(place.node.value):
            yield misfits.folded_comment(place.part).within(place.part, source.file, place.line)


def _places(source: Source) -> Iterator[Place]:
    """The expressions in the order of the file."""
    root = source.node
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        if key.value in ("applies", "when") and isinstance(value, yaml.ScalarNode):
            yield Place(key.value, value, key.start_mark.column, bool(root.flow_style))
        if key.value == "grades" and isinstance(value, yaml.MappingNode):
            for grade, node in value.value:
                if isinstance(node, yaml.ScalarNode):
                    flow = bool(root.flow_style or value.flow_style)
                    yield Place(f"grades.{grade.value}", node, grade.start_mark.column, flow)


def _replaced(text: str, place: Place) -> tuple[int, int, str]:
    """Where the scalar stands and what is to stand there."""
    node = place.node
    start, end = node.start_mark.index, node.end_mark.index
    end = start + len(text[start:end].rstrip())
    written = text[start:end].replace("\r\n", "\n")
    laid = layout(node.value, width=ENDLESS) if place.inside_braces else layout(node.value)
    if node.style in ("|", ">"):
        return start, end, _block(written.split("\n")[0], laid, place.indent)
    if "\n" in laid:
        return start, end, _block(">-", laid, place.indent)
    if laid == node.value.strip() and "\n" not in written:
        return start, end, written
    return start, end, _in_line(laid, node.style, place)


def _block(header: str, laid: str, indent: int) -> str:
    """A block below its key, two columns further in; with a comment in it its lines must not be joined."""
    kept = _INDENTED.sub(r"\1\2", header)
    if has_comments(laid):
        kept = kept.replace(">", "|", 1)
    lines = [f"{' ' * (indent + 2)}{line}" for line in laid.splitlines()]
    return "\n".join([kept, *lines])


def _in_line(laid: str, style: str | None, place: Place) -> str:
    """A scalar in the quotes it had; a plain one is quoted where YAML would read it otherwise."""
    if style == "'" or (style is None and not _plain(laid, place)):
        return "'" + laid.replace("'", "''") + "'"
    if style == '"':
        return '"' + laid.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return laid


def _plain(laid: str, place: Place) -> bool:
    """Tell whether YAML reads a text as itself without quotes."""
    pair = f"{{key: {laid}}}" if place.inside_braces else f"key: {laid}"
    try:
        node = yaml.compose(pair, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    value = node.value[0][1] if isinstance(node, yaml.MappingNode) else None
    return isinstance(value, yaml.ScalarNode) and value.value == laid
