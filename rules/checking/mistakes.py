"""Errors of meaning: names that nothing bears, values that do not fit."""

from collections.abc import Collection

from rules.checking.functions import in_english
from rules.errors import RuleError, error, shown
from rules.kinds import CHINESE, ENGLISH, Kind
from rules.reading.syntax import Span


def unknown_name(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A name that is no record, variable or function here."""
    return error(
        "unknown_name",
        span,
        f"不认识“{shown(name)}”{'' if suggestion else '；名称请从规则的对象写起，文字要加引号'}。",
        f"{shown(name)!r} is not known here; begin with the subject of the rule, and quote texts.",
        suggestion,
    )


def unknown_field(span: Span, owner: str, name: str, suggestion: str | None) -> RuleError:
    """A field or relation its record does not have."""
    return error(
        "unknown_field",
        span,
        f"“{owner}”没有叫“{shown(name)}”的字段或关联。",
        f"{owner} has no field or relation called {shown(name)!r}.",
        suggestion,
    )


def chinese_label(span: Span, label: str, suggestion: str) -> RuleError:
    """A Chinese label where the field's name, or a code, is meant."""
    return error(
        "chinese_label",
        span,
        f"“{shown(label)}”是中文名称，规则里请写 {suggestion} 。",
        f"{shown(label)!r} is a label; write {suggestion}.",
        suggestion,
    )


def unknown_function(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A function the language does not have."""
    return error(
        "unknown_function",
        span,
        f"没有叫“{shown(name)}”的函数。",
        f"There is no function {shown(name)!r}.",
        suggestion,
    )


def unknown_code(span: Span, label: str, code: str, suggestion: str | None, known: str) -> RuleError:
    """A code that is not in the field's code table."""
    return error(
        "unknown_code",
        span,
        f"“{label}”没有代码“{shown(code)}”；可用：{known}。",
        f"{shown(code)!r} is not in the code table of {label}; known: {known}.",
        suggestion,
    )


def unknown_parameter(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A parameter that is not defined."""
    return error(
        "unknown_parameter",
        span,
        f"没有叫“{shown(name)}”的参数；请先在参数表里登记。",
        f"There is no parameter {shown(name)!r}; define it first.",
        suggestion,
    )


def name_taken(span: Span, name: str) -> RuleError:
    """A variable with the name of something already in scope."""
    return error(
        "name_taken",
        span,
        f"“{shown(name)}”在这里已经有别的意思，请换一个变量名。",
        f"{shown(name)!r} already means something here; choose another variable.",
    )


def not_a_condition(span: Span, kind: Kind) -> RuleError:
    """A value where something true or false is needed."""
    return error(
        "not_a_condition",
        span,
        f"这里需要一个能判断成立与否的条件，却只是{CHINESE[kind]}；请写出拿它和什么比较。",
        f"A condition is needed here, but this is {ENGLISH[kind]}; compare it with something.",
    )


def not_a_value(span: Span, found: str) -> RuleError:
    """A record or condition where a single value is needed; `found` is `record`, `condition` or `result`."""
    chinese, english = {
        "record": ("一条记录；请写到具体字段，例如 .name ", "a record; name a field of it"),
        "condition": (
            "一个条件；条件只能和 true、false 比较",
            "a condition; conditions compare with true and false only",
        ),
        "result": ("一个计算结果，它没有字段", "a result, which has no fields"),
    }[found]
    return error(
        "not_a_value",
        span,
        f"这里需要一个值，却是{chinese}。",
        f"A single value is needed here, not {english}.",
    )


def not_a_relation(span: Span, function: str) -> RuleError:
    """`exists`, `all`, `filter` or `size` on something that has no rows."""
    return error(
        "not_a_relation",
        span,
        f"{function} 只能用在一对多的关联上，例如 resident.certificates 。",
        f"{function} needs a to-many relation, such as resident.certificates.",
    )


def many_rows(span: Span, label: str, path: str) -> RuleError:
    """A field asked of a to-many relation without saying which row."""
    return error(
        "many_rows",
        span,
        f"“{label}”可能有多条，请写 {path}.exists(x, …) 说明是哪一条。",
        f"There may be many rows of {path}; say which with {path}.exists(x, …).",
    )


def wrong_arguments(span: Span, function: str, usage: str, suggestion: str | None = None) -> RuleError:
    """A function called with the wrong number or form of arguments."""
    return error(
        "wrong_arguments",
        span,
        f"{function} 的写法是 {usage} 。",
        f"{function} is written {in_english(usage)} .",
        suggestion,
    )


def wrong_type(span: Span, wanted: Collection[Kind], found: Kind) -> RuleError:
    """A value of one kind where another is needed."""
    kinds = [kind for kind in Kind if kind in wanted]
    single = len(kinds) > 3
    chinese = "单个值" if single else "或".join(CHINESE[kind] for kind in kinds)
    english = "a single value" if single else " or ".join(ENGLISH[kind] for kind in kinds)
    return error(
        "wrong_type",
        span,
        f"这里需要{chinese}，却是{CHINESE[found]}。",
        f"{english.capitalize()} is needed here, not {ENGLISH[found]}.",
    )


def incomparable(span: Span, left: Kind, right: Kind) -> RuleError:
    """Two kinds that cannot be compared, or not in this way."""
    match left, right:
        case Kind.BOOL, Kind.BOOL:
            chinese, english = (
                "是或否没有大小，只能用 == 或 != 比较",
                "True and false have no order; use == or !=",
            )
        case Kind.LIST, Kind.LIST:
            chinese, english = (
                "列表不能整个比较，请用 in 问一个值是否在列表里",
                "Lists are not compared whole; ask with `in`",
            )
        case _:
            chinese = f"{CHINESE[left]}不能和{CHINESE[right]}比较"
            english = f"{ENGLISH[left].capitalize()} cannot be compared with {ENGLISH[right]}"
    return error("incomparable", span, f"{chinese}。", f"{english}.")


def date_with_number(span: Span, suggestion: str | None) -> RuleError:
    """A date compared with a number; mostly an age or a year was meant."""
    return error(
        "date_with_number",
        span,
        "日期不能直接和数字比较；比较年龄请用 age(…)，比较年份请用 year(…)。",
        "A date cannot be compared with a number; use age(…) for ages, year(…) for calendar years.",
        suggestion,
    )


def date_with_text(span: Span, suggestion: str | None) -> RuleError:
    """A date compared with a text."""
    return error(
        "date_with_text",
        span,
        '日期不能和文字比较；固定的日期请写 date("2026-07-01")。',
        'A date cannot be compared with text; write date("2026-07-01").',
        suggestion,
    )


def bad_date(span: Span, written: str) -> RuleError:
    """A date literal that is no day of the calendar."""
    return error(
        "bad_date",
        span,
        f"“{shown(written)}”不是日历上的日期，请写成 2026-07-01 的样子。",
        f"{shown(written)!r} is no day of the calendar; write it like 2026-07-01.",
    )


def never_null(span: Span, suggestion: str) -> RuleError:
    """A to-many relation compared with null: it has rows or none, and is never empty itself."""
    return error(
        "never_null",
        span,
        f"一对多的关联没有“空”之说；问有没有记录，请写 {suggestion} 。",
        f"A to-many relation is never null; to ask whether it has rows, write {suggestion} .",
        suggestion,
    )


def null_order(span: Span) -> RuleError:
    """null with anything but == and !=, or with something that cannot be empty."""
    return error(
        "null_order",
        span,
        "null 只能用 == 或 != 和字段、或可能没有的记录比较。",
        "null can only be compared, by == or !=, with a field or a record that may be absent.",
    )


def encrypted_field(span: Span, label: str, path: str) -> RuleError:
    """A protected field asked for anything but being recorded."""
    return error(
        "encrypted_field",
        span,
        f"“{label}”加密保存，规则只能判断是否已登记：{path} != null 。",
        f"{label} is encrypted; a rule can only ask whether it is recorded: {path} != null .",
    )


def not_constant(span: Span, place: str) -> RuleError:
    """A field where only a literal, a parameter or a date made of them may stand; `place` is a function, - or []."""
    special = {"-": ("负号后面", "after a minus"), "[]": ("列表里", "in a list")}
    chinese, english = special.get(place, (f"{place}(…) 的这个位置", f"here in {place}(…)"))
    return error(
        "not_constant",
        span,
        f"{chinese}只能写固定值、today 或参数，不能写字段。",
        f"Only a literal, today or a parameter may stand {english}, no field.",
    )


def shift_on_field(span: Span, unit: str) -> RuleError:
    """months, years or working_days added to a field."""
    return error(
        "shift_on_field",
        span,
        f"{unit}(…) 只能加减在 today、固定日期或参数上；请移到比较的另一边，"
        f"例如把 x + {unit}(n) < today 写成 x < today - {unit}(n) 。",
        f"{unit}(…) may only be added to today, a literal or a parameter; turn the comparison round: "
        f"x < today - {unit}(n) instead of x + {unit}(n) < today .",
    )


def two_fields(span: Span) -> RuleError:
    """Arithmetic or a function between two fields."""
    return error(
        "two_fields",
        span,
        "两个字段之间只能直接比较，不能带计算；请把计算移到固定值一边。",
        "Two fields can only be compared as they are, without arithmetic.",
    )


def bad_arithmetic(span: Span) -> RuleError:
    """`+` or `-` between things that cannot be added."""
    return error(
        "bad_arithmetic",
        span,
        "加减只用于数字，或日期加减 days(…)、weeks(…)、months(…)、years(…)、working_days(…)。",
        "Only numbers, or a date and days(…), weeks(…), months(…), years(…), working_days(…), add up.",
    )


def nested_too_far(span: Span, limit: int) -> RuleError:
    """Relation tests within relation tests, more than 4 deep."""
    return error(
        "nested_too_far",
        span,
        f"关联里套关联最多 {limit} 层。",
        f"Relation tests may be nested {limit} deep at most.",
    )


def choice_in_choice(span: Span) -> RuleError:
    """`?:` inside the condition of another, or inside a function or a sum."""
    return error(
        "choice_in_choice",
        span,
        "这里不能用 ? : ，请用 && 和 || 把几种情况写开。",
        "A choice cannot stand here; write the cases out with && and ||.",
    )
