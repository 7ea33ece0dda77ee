"""Errors of documents: files, keys, examples and parameters."""

from datetime import date

from rules.errors import NOWHERE, RuleError, error
from rules.reading.syntax import Span


def not_utf8(file: str, position: int) -> RuleError:
    """A file that is not UTF-8."""
    return error(
        "not_utf8",
        Span(position, position + 1),
        "文件不是 UTF-8 编码；请用 UTF-8 另存后再试。",
        "The file is not UTF-8; save it as UTF-8.",
    ).within(file=file)


def bad_yaml(span: Span, what: str) -> RuleError:
    """A file that is not complete YAML."""
    return error(
        "bad_yaml",
        span,
        f"文件不完整或格式有误（{what}）；请检查缩进、引号和括号。",
        f"The file is incomplete or not YAML: {what}.",
    )


def folded_comment(key: str) -> RuleError:
    """A `//` comment where YAML joins the lines, so that it swallows the rest of the condition."""
    return error(
        "folded_comment",
        NOWHERE,
        f"“{key}”里有 // 注释，而 >- 这类写法会把各行并成一行，注释后面的条件就失效了；请改用 |- 。",
        f"{key} has a // comment, and YAML joins its lines here, so that the rest would be lost; write it with |- .",
    )


def duplicate_key(key: str) -> RuleError:
    """The same key twice in one mapping."""
    return error(
        "duplicate_key",
        NOWHERE,
        f"“{key}”写了两遍，请只留一个。",
        f"The key {key!r} appears twice; keep one.",
    )


def unknown_key(key: str, suggestion: str | None) -> RuleError:
    """A key a document does not have."""
    return error(
        "unknown_key", NOWHERE, f"规则里没有“{key}”这一项。", f"There is no key {key!r}.", suggestion
    )


def missing_key(key: str) -> RuleError:
    """A key a document must have."""
    return error(
        "missing_key", NOWHERE, f"缺少“{key}”这一项，请补上。", f"The key {key!r} is missing; add it."
    )


def bad_value(key: str, what: str) -> RuleError:
    """A value of the wrong shape."""
    return error(
        "bad_value", NOWHERE, f"“{key}”的内容不对：{what}。", f"The value of {key!r} is not valid: {what}."
    )


def bad_path(key: str, path: str, expected: str) -> RuleError:
    """`visit`, `due.field`, `ask` or a title naming something that is not there."""
    return error(
        "bad_path",
        Span(0, len(path)),
        f"“{key}”里的“{path}”应当是{expected}。",
        f"{path!r} in {key} does not lead where it must.",
    )


def bad_example(name: str, what: str) -> RuleError:
    """An example that gives facts the record model does not have."""
    return error(
        "bad_example", NOWHERE, f"示例“{name}”：{what}。", f"Example {name!r} does not fit the records."
    )


def example_failed(name: str, expected: str, found: str) -> RuleError:
    """An example whose verdict is not the expected one."""
    return error(
        "example_failed",
        NOWHERE,
        f"示例“{name}”应得 {expected}，实得 {found}。",
        f"Example {name!r} expects {expected} and gives {found}.",
    )


def duplicate_rule(rule: str, other: str) -> RuleError:
    """Two files with one rule id."""
    return error(
        "duplicate_rule",
        NOWHERE,
        f"规则编号“{rule}”已在 {other} 里用过；编号不可重复。",
        f"The rule id {rule!r} is already used in {other}.",
    )


def no_such_rule(rule: str) -> RuleError:
    """A rule asked for by name of which the pack has no file."""
    return error(
        "no_such_rule",
        NOWHERE,
        f"规则包里没有 {rule}.yaml；只装载一部分时按文件名查找，请核对规则编号。",
        f"The pack has no file {rule}.yaml; a part of a pack is found by file name, so check the rule id.",
    )


def unfit_value(name: str, chinese: str, english: str) -> RuleError:
    """A parameter value of another kind than its parameter, or one that cannot be kept."""
    return error(
        "unfit_value",
        NOWHERE,
        f"参数“{name}”的值不对：{chinese}。",
        f"The value of the parameter {name!r} does not fit: {english}.",
    )


def backward_period(name: str, first: date, last: date) -> RuleError:
    """A value that ends before it begins."""
    return error(
        "backward_period",
        NOWHERE,
        f"参数“{name}”的失效日期 {last} 早于生效日期 {first}，请更正其一。",
        f"A value of the parameter {name!r} ends on {last}, before it begins on {first}; correct one of them.",
    )


def overlapping_values(name: str, division: str, first: date, second: date) -> RuleError:
    """Two values of one division that claim the same day."""
    where = f"区划 {division}" if division else "通用"
    place = f"division {division}" if division else "everywhere"
    return error(
        "overlapping_values",
        NOWHERE,
        f"参数“{name}”（{where}）自 {first} 起的值与自 {second} 起的值重叠；同一天只能有一个值，"
        f"请把前一个的 to 改到 {second} 之前，或去掉其一。",
        f"Two values of the parameter {name!r} ({place}) overlap, from {first} and from {second}; "
        f"end the first before {second}, or drop one.",
    )


def unverified_parameter(name: str) -> RuleError:
    """A parameter without a verified value for the day."""
    return error(
        "unverified_parameter",
        NOWHERE,
        f"参数“{name}”在这一天没有经过核实的值，规则不能发布；请登记数值、出处和核实日期。",
        f"The parameter {name!r} has no verified value on that day, so the rule cannot be published.",
    )
