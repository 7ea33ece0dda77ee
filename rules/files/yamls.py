"""YAML read strictly: one document, no duplicate keys, no aliases, and the line of every key known."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import yaml

from rules.errors import RuleError, RuleErrors
from rules.files import misfits
from rules.reading.syntax import Span

CHARACTERS = 256 * 1024
PROBLEM = 200  # characters: the reader's own words may repeat a whole line
DEPTH = 32
"""Rule files are five deep. Much deeper ones exhaust the stack, and thousands of brackets the scanner's time."""


class Source:
    """A YAML text as plain values, with a line for every place in it."""

    def __init__(self, text: str, file: str) -> None:
        """Read `text`; RuleErrors when it is not one complete document."""
        self.file = file
        self.node = _compose(text, file)
        found = list(_duplicates(self.node, file)) if self.node else []
        if found:
            raise RuleErrors(found)
        self.value: Any = _construct(self.node, file) if self.node else None

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a place such as ("task", "title"), or of the nearest place around it."""
        node, line = self.node, 1
        for step in path:
            found = _step(node, step)
            if found is None:
                return line
            line, node = found
        return line


def _construct(node: yaml.Node, file: str) -> object:
    """The plain values; a date such as 2026-02-30 is only noticed here."""
    try:
        return _Loader("").construct_document(node)
    except ValueError as error:
        found = [
            _at(scalar.start_mark, f"“{scalar.value[:40]}”不是日期或数字", file) for scalar in _broken(node)
        ]
        raise RuleErrors(found or [_at(None, f"日期或数字无效：{error}", file)]) from error
    except yaml.MarkedYAMLError as error:
        raise RuleErrors([_at(error.problem_mark, error.problem or "", file)]) from error


def _broken(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The scalars that look like a date or a number and are none."""
    match node:
        case yaml.MappingNode():
            for key, value in node.value:
                yield from _broken(key)
                yield from _broken(value)
        case yaml.SequenceNode():
            for item in node.value:
                yield from _broken(item)
        case yaml.ScalarNode():
            try:
                _Loader("").construct_document(node)
            except ValueError:
                yield node


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars: `no` and `on` are words, 0123 is a text, 12:30 is no number."""


_Loader.yaml_implicit_resolvers = {}

for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def _compose(text: str, file: str) -> yaml.Node | None:
    if len(text) > CHARACTERS:
        raise RuleErrors([misfits.bad_yaml(Span(0, len(text)), "超过 256 KB").within(file=file)])
    try:
        _refuse_odd(text, file)
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise RuleErrors([_at(error.problem_mark, error.problem or "", file)]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        mark = yaml.Mark(file, error.position, line, 0, text, error.position)
        raise RuleErrors([_at(mark, "含有不能识别的字符", file)]) from error


def _refuse_odd(text: str, file: str) -> None:
    """RuleErrors at the first alias, and where it nests too deep; stops reading there."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise RuleErrors([_at(event.start_mark, "不能使用别名 *", file)])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH:
            raise RuleErrors([_at(event.start_mark, f"嵌套超过 {DEPTH} 层", file)])


class _Mark(Protocol):
    index: int
    line: int


def _at(mark: _Mark | None, problem: str, file: str) -> RuleError:
    problem = problem[:PROBLEM]
    if mark is None:
        return misfits.bad_yaml(Span(0, 0), problem).within(file=file)
    span = Span(mark.index, mark.index + 1)
    return misfits.bad_yaml(span, f"第 {mark.line + 1} 行：{problem}").within(file=file, line=mark.line + 1)


def _duplicates(node: yaml.Node, file: str) -> Iterator[RuleError]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _duplicates(item, file)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield misfits.duplicate_key(name).within(file=file, line=key.start_mark.line + 1)
            seen.add(name)
            yield from _duplicates(value, file)


def _step(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None
