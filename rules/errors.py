"""What can be wrong with a rule, each with a stable code, a place, a Chinese and an English sentence.

RuleErrors(Exception)   every error of a rule, a file or a pack at once
CannotEvaluate(Exception)   a checked rule met a moment it cannot be evaluated at

Every constructor is named like its code, and docs/rule-language.md has a heading for each.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rules.syntax import Span

NOWHERE = Span(0, 0)


@dataclass(frozen=True)
class RuleError:
    """One thing to correct. `suggestion` is text that may stand in place of `start:end`; `part` names the
    place in the document (`when`, `grades.urgent`), `file` and `line` the place on disk where known."""

    code: str
    start: int
    end: int
    chinese: str
    english: str
    suggestion: str | None = None
    part: str = ""
    file: str = ""
    line: int | None = None

    def within(self, part: str = "", file: str = "", line: int | None = None) -> "RuleError":
        """The same error, told where in a document it stands."""
        return replace(self, part=part or self.part, file=file or self.file, line=line or self.line)

    def __str__(self) -> str:
        place = ":".join(str(item) for item in (self.file, self.line) if item)
        hint = f" → {self.suggestion}" if self.suggestion else ""
        where = " ".join(item for item in (place, self.part and f"[{self.part}]") if item)
        return f"{where}{' ' if where else ''}{self.chinese}{hint}（{self.code} {self.start}-{self.end}）"


class RuleErrors(Exception):
    """All that is wrong, in the order of the text."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


class CannotEvaluate(Exception):
    """A parameter without a value, or a date beyond the calendar: the rule is left alone, not guessed at."""


def _error(code: str, span: Span, chinese: str, english: str, suggestion: str | None = None) -> RuleError:
    return RuleError(code, span.start, span.end, chinese, english, suggestion)


# Reading characters


def unexpected_character(span: Span, character: str) -> RuleError:
    """A character that no construct begins with."""
    return _error(
        "unexpected_character",
        span,
        f"这里不能出现字符“{character}”，请删去。",
        f"The character {character!r} cannot stand here; remove it.",
    )


def full_width_character(span: Span, written: str, meant: str) -> RuleError:
    """Full-width punctuation, digits or quotes where the half-width ones are meant."""
    return _error(
        "full_width_character",
        span,
        f"“{written}”是全角符号，请改用半角“{meant}”。",
        f"{written!r} is full-width; write {meant!r}.",
        meant,
    )


def forbidden_character(span: Span) -> RuleError:
    """NUL and lone surrogates, which databases cannot hold."""
    return _error(
        "forbidden_character",
        span,
        "文字里有数据库无法保存的字符（空字符或不成对的代理字符），请删去。",
        "The text holds a character no database can store (NUL or a lone surrogate); remove it.",
    )


def unclosed_text(span: Span, quote: str) -> RuleError:
    """A text literal without its closing quote."""
    return _error(
        "unclosed_text",
        span,
        f"文字没有收尾的引号 {quote}，请补上。",
        f"This text has no closing {quote}; add it.",
    )


def bad_escape(span: Span, written: str) -> RuleError:
    """A backslash sequence that is not part of the language."""
    return _error(
        "bad_escape",
        span,
        f"不认识的转义“{written}”；反斜杠本身请写成 \\\\。",
        f"Unknown escape {written!r}; write \\\\ for a backslash.",
        "\\\\",
    )


def bad_number(span: Span, written: str, meant: str) -> RuleError:
    """A number with letters in it, such as 80岁 or 1e5."""
    return _error(
        "bad_number",
        span,
        f"“{written}”不是可用的数字；只写整数或小数，不带单位。",
        f"{written!r} is no number here; write a plain integer or decimal without a unit.",
        meant or None,
    )


def number_too_large(span: Span) -> RuleError:
    """An integer beyond 64 bits, or a decimal of more than 15 digits."""
    return _error(
        "number_too_large",
        span,
        "数字太大：整数不得超出 64 位，小数不得超过 15 位有效数字。",
        "The number is too large: integers have 64 bits, decimals at most 15 digits.",
    )


def too_long(span: Span, limit: int) -> RuleError:
    """An expression longer than 4 KB."""
    return _error(
        "too_long",
        span,
        f"条件太长，最多 {limit} 字节；请拆成几条规则。",
        f"The expression is too long, {limit} bytes at most; split the rule.",
    )


# Reading structure


def single_equals(span: Span) -> RuleError:
    """`=` where `==` is meant."""
    return _error("single_equals", span, "判断相等要写两个等号。", "Write two equals signs to compare.", "==")


def word_operator(span: Span, written: str, meant: str) -> RuleError:
    """`and`, `or`, `not`, 且, 或 … where a symbol is meant."""
    return _error(
        "word_operator",
        span,
        f"“{written}”请写成 {meant} 。",
        f"Write {meant} for {written!r}.",
        meant,
    )


def unsupported_operator(span: Span, written: str) -> RuleError:
    """`*`, `/`, `%` and other operators that do not mean the same on every database."""
    return _error(
        "unsupported_operator",
        span,
        f"规则里不能用“{written}”：它在不同数据库里结果不一；请先算好，写成数字或参数。",
        f"{written!r} is refused because databases disagree about it; compute the value and write it down.",
    )


def unexpected_token(span: Span, written: str, expected: str) -> RuleError:
    """Something else was expected here."""
    return _error(
        "unexpected_token",
        span,
        f"这里应该是{expected}，却写着“{written}”。",
        f"{written!r} cannot stand here.",
    )


def unexpected_end(span: Span, expected: str) -> RuleError:
    """The text ends in the middle of a construct."""
    return _error(
        "unexpected_end",
        span,
        f"条件没有写完，后面应该还有{expected}。",
        "The expression ends too early.",
    )


def too_deep(span: Span, limit: int) -> RuleError:
    """More than 60 levels of brackets and operators."""
    return _error(
        "too_deep",
        span,
        f"括号套得太深，最多 {limit} 层；请拆开写。",
        f"Nested too deeply, {limit} levels at most.",
    )


def too_many_parts(span: Span, limit: int) -> RuleError:
    """More than 200 nodes in one expression."""
    return _error(
        "too_many_parts",
        span,
        f"条件太复杂，最多 {limit} 个部分；请拆成几条规则。",
        f"Too many parts, {limit} at most; split the rule.",
    )


# Meaning: names


def unknown_name(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A name that is no record, variable or function here."""
    return _error("unknown_name", span, f"不认识“{name}”。", f"{name!r} is not known here.", suggestion)


def unknown_field(span: Span, owner: str, name: str, suggestion: str | None) -> RuleError:
    """A field or relation its record does not have."""
    return _error(
        "unknown_field",
        span,
        f"“{owner}”没有叫“{name}”的字段或关联。",
        f"{owner} has no field or relation called {name!r}.",
        suggestion,
    )


def chinese_label(span: Span, label: str, suggestion: str) -> RuleError:
    """A Chinese label where the field's name, or a code, is meant."""
    return _error(
        "chinese_label",
        span,
        f"“{label}”是中文名称，规则里请写它的字段名或代码。",
        f"{label!r} is a label; write the field's name or the code.",
        suggestion,
    )


def unknown_function(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A function the language does not have."""
    return _error(
        "unknown_function", span, f"没有叫“{name}”的函数。", f"There is no function {name!r}.", suggestion
    )


def unknown_code(span: Span, label: str, code: str, suggestion: str | None, known: str) -> RuleError:
    """A code that is not in the field's code table."""
    return _error(
        "unknown_code",
        span,
        f"“{label}”没有代码“{code}”；可用：{known}。",
        f"{code!r} is not in the code table of this field.",
        suggestion,
    )


def unknown_parameter(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A parameter that is not defined."""
    return _error(
        "unknown_parameter",
        span,
        f"没有叫“{name}”的参数；请先在参数表里登记。",
        f"There is no parameter {name!r}; define it first.",
        suggestion,
    )


def name_taken(span: Span, name: str) -> RuleError:
    """A variable with the name of something already in scope."""
    return _error(
        "name_taken",
        span,
        f"“{name}”已经有别的意思，请换一个变量名。",
        f"{name!r} already means something here; choose another variable.",
    )


# Meaning: types


def not_a_condition(span: Span, kind: str) -> RuleError:
    """A value where something true or false is needed."""
    return _error(
        "not_a_condition",
        span,
        f"这里需要一个成立或不成立的条件，却是{kind}。",
        "A condition is needed here, something true or false.",
    )


def not_a_value(span: Span, what: str) -> RuleError:
    """A record, relation or condition where a single value is needed."""
    return _error(
        "not_a_value",
        span,
        f"这里需要一个值，却是{what}；请写到具体字段。",
        "A single value is needed here; name a field.",
    )


def not_a_relation(span: Span, function: str) -> RuleError:
    """`exists`, `all`, `filter` or `size` on something that has no rows."""
    return _error(
        "not_a_relation",
        span,
        f"{function} 只能用在一对多的关联上，例如 resident.certificates。",
        f"{function} needs a to-many relation, such as resident.certificates.",
    )


def many_rows(span: Span, relation: str) -> RuleError:
    """A field asked of a to-many relation without saying which row."""
    return _error(
        "many_rows",
        span,
        f"“{relation}”可能有多条，请用 exists(x, …) 说明是哪一条。",
        f"{relation} may have many rows; say which with exists(x, …).",
    )


def wrong_arguments(span: Span, function: str, usage: str) -> RuleError:
    """A function called with the wrong number or form of arguments."""
    return _error(
        "wrong_arguments",
        span,
        f"{function} 的写法是 {usage} 。",
        f"{function} is written {usage}.",
    )


def wrong_type(span: Span, expected: str, found: str) -> RuleError:
    """A value of one kind where another is needed."""
    return _error(
        "wrong_type",
        span,
        f"这里需要{expected}，却是{found}。",
        "A value of another kind is needed here.",
    )


def incomparable(span: Span, left: str, right: str, suggestion: str | None = None) -> RuleError:
    """Two kinds that cannot be compared."""
    return _error(
        "incomparable",
        span,
        f"{left}不能和{right}比较。",
        "These two kinds of value cannot be compared.",
        suggestion,
    )


def date_with_number(span: Span, suggestion: str | None) -> RuleError:
    """A date compared with a number; mostly an age was meant."""
    return _error(
        "date_with_number",
        span,
        "日期不能直接和数字比较；比较年龄请用 age(…)。",
        "A date cannot be compared with a number; use age(…) for ages.",
        suggestion,
    )


def date_with_text(span: Span, suggestion: str | None) -> RuleError:
    """A date compared with a text."""
    return _error(
        "date_with_text",
        span,
        '日期不能和文字比较；固定的日期请写 date("2026-07-01")。',
        'A date cannot be compared with text; write date("2026-07-01").',
        suggestion,
    )


def bad_date(span: Span, written: str) -> RuleError:
    """A date literal that is no day of the calendar."""
    return _error(
        "bad_date",
        span,
        f"“{written}”不是有效日期，请写成 2026-07-01 的样子。",
        f"{written!r} is no date; write it like 2026-07-01.",
    )


def null_order(span: Span) -> RuleError:
    """null with anything but == and !=, or where a value is needed."""
    return _error(
        "null_order",
        span,
        "null 只能用 == 或 != 和字段比较。",
        "null can only be compared with a field, by == or !=.",
    )


def encrypted_field(span: Span, label: str, suggestion: str) -> RuleError:
    """A protected field asked for anything but being recorded."""
    return _error(
        "encrypted_field",
        span,
        f"“{label}”加密保存，规则只能判断是否已登记。",
        "This field is encrypted; a rule can only ask whether it is recorded.",
        suggestion,
    )


def not_constant(span: Span, function: str) -> RuleError:
    """A field where only a literal, a parameter or a date made of them may stand."""
    return _error(
        "not_constant",
        span,
        f"{function} 的这个位置只能写固定值、today 或参数，不能写字段。",
        f"Only a literal, today or a parameter may stand here in {function}.",
    )


def shift_on_field(span: Span, unit: str) -> RuleError:
    """months, years or working_days added to a field."""
    return _error(
        "shift_on_field",
        span,
        f"{unit}(…) 只能加减在 today、固定日期或参数上；请移到比较的另一边，"
        f"例如把 x + {unit}(n) < today 写成 x < today - {unit}(n)。",
        f"{unit}(…) may only be added to today, a literal or a parameter; turn the comparison round, "
        f"x < today - {unit}(n).",
    )


def two_fields(span: Span) -> RuleError:
    """Arithmetic or a function between two fields."""
    return _error(
        "two_fields",
        span,
        "两个字段之间只能直接比较，不能带计算；请把计算移到固定值一边。",
        "Two fields can only be compared as they are, without arithmetic.",
    )


def bad_arithmetic(span: Span) -> RuleError:
    """`+` or `-` between things that cannot be added."""
    return _error(
        "bad_arithmetic",
        span,
        "加减只用于数字，或日期加减 days(…)、weeks(…)、months(…)、years(…)、working_days(…)。",
        "Only numbers, or a date and days(…), weeks(…), months(…), years(…), working_days(…), add up.",
    )


def nested_too_far(span: Span, limit: int) -> RuleError:
    """Relation tests within relation tests, more than 4 deep."""
    return _error(
        "nested_too_far",
        span,
        f"关联里套关联最多 {limit} 层。",
        f"Relation tests may be nested {limit} deep at most.",
    )


def choice_in_choice(span: Span) -> RuleError:
    """`?:` inside the condition of another, or inside a function or a sum."""
    return _error(
        "choice_in_choice",
        span,
        "这里不能用 ? : ，请改写成 && 和 || 。",
        "A choice cannot stand here; write it with && and ||.",
    )


# Documents


def not_utf8(file: str, position: int) -> RuleError:
    """A file that is not UTF-8."""
    return _error(
        "not_utf8",
        Span(position, position + 1),
        "文件不是 UTF-8 编码；请用 UTF-8 另存后再试。",
        "The file is not UTF-8; save it as UTF-8.",
    ).within(file=file)


def bad_yaml(span: Span, what: str) -> RuleError:
    """A file that is not complete YAML."""
    return _error(
        "bad_yaml",
        span,
        f"文件不完整或格式有误（{what}）；请检查缩进、引号和括号。",
        f"The file is incomplete or not YAML: {what}.",
    )


def duplicate_key(key: str) -> RuleError:
    """The same key twice in one mapping."""
    return _error(
        "duplicate_key",
        NOWHERE,
        f"“{key}”写了两遍，请只留一个。",
        f"The key {key!r} appears twice; keep one.",
    )


def unknown_key(key: str, suggestion: str | None) -> RuleError:
    """A key a document does not have."""
    return _error(
        "unknown_key", NOWHERE, f"规则里没有“{key}”这一项。", f"There is no key {key!r}.", suggestion
    )


def missing_key(key: str) -> RuleError:
    """A key a document must have."""
    return _error(
        "missing_key", NOWHERE, f"缺少“{key}”这一项，请补上。", f"The key {key!r} is missing; add it."
    )


def bad_value(key: str, what: str) -> RuleError:
    """A value of the wrong shape."""
    return _error(
        "bad_value", NOWHERE, f"“{key}”的内容不对：{what}。", f"The value of {key!r} is not valid: {what}."
    )


def bad_path(key: str, path: str, expected: str) -> RuleError:
    """`visit`, `due.field`, `ask` or a title naming something that is not there."""
    return _error(
        "bad_path",
        Span(0, len(path)),
        f"“{key}”里的“{path}”应当是{expected}。",
        f"{path!r} in {key} does not lead where it must.",
    )


def bad_example(name: str, what: str) -> RuleError:
    """An example that gives facts the record model does not have."""
    return _error(
        "bad_example", NOWHERE, f"示例“{name}”：{what}。", f"Example {name!r} does not fit the records."
    )


def example_failed(name: str, expected: str, found: str) -> RuleError:
    """An example whose verdict is not the expected one."""
    return _error(
        "example_failed",
        NOWHERE,
        f"示例“{name}”应得 {expected}，实得 {found}。",
        f"Example {name!r} expects {expected} and gives {found}.",
    )


def duplicate_rule(rule: str, other: str) -> RuleError:
    """Two files with one rule id."""
    return _error(
        "duplicate_rule",
        NOWHERE,
        f"规则编号“{rule}”已在 {other} 里用过；编号不可重复。",
        f"The rule id {rule!r} is already used in {other}.",
    )


def unverified_parameter(name: str) -> RuleError:
    """A parameter without a verified value for the day."""
    return _error(
        "unverified_parameter",
        NOWHERE,
        f"参数“{name}”在这一天没有经过核实的值，规则不能发布；请登记数值、出处和核实日期。",
        f"The parameter {name!r} has no verified value on that day, so the rule cannot be published.",
    )
