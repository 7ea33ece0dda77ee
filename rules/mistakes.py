"""Errors of meaning: names that nothing bears, values that do not fit."""

from rules.errors import RuleError, error
from rules.syntax import Span


def unknown_name(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A name that is no record, variable or function here."""
    return error("unknown_name", span, f"不认识“{name}”。", f"{name!r} is not known here.", suggestion)


def unknown_field(span: Span, owner: str, name: str, suggestion: str | None) -> RuleError:
    """A field or relation its record does not have."""
    return error(
        "unknown_field",
        span,
        f"“{owner}”没有叫“{name}”的字段或关联。",
        f"{owner} has no field or relation called {name!r}.",
        suggestion,
    )


def chinese_label(span: Span, label: str, suggestion: str) -> RuleError:
    """A Chinese label where the field's name, or a code, is meant."""
    return error(
        "chinese_label",
        span,
        f"“{label}”是中文名称，规则里请写它的字段名或代码。",
        f"{label!r} is a label; write the field's name or the code.",
        suggestion,
    )


def unknown_function(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A function the language does not have."""
    return error(
        "unknown_function", span, f"没有叫“{name}”的函数。", f"There is no function {name!r}.", suggestion
    )


def unknown_code(span: Span, label: str, code: str, suggestion: str | None, known: str) -> RuleError:
    """A code that is not in the field's code table."""
    return error(
        "unknown_code",
        span,
        f"“{label}”没有代码“{code}”；可用：{known}。",
        f"{code!r} is not in the code table of this field.",
        suggestion,
    )


def unknown_parameter(span: Span, name: str, suggestion: str | None) -> RuleError:
    """A parameter that is not defined."""
    return error(
        "unknown_parameter",
        span,
        f"没有叫“{name}”的参数；请先在参数表里登记。",
        f"There is no parameter {name!r}; define it first.",
        suggestion,
    )


def name_taken(span: Span, name: str) -> RuleError:
    """A variable with the name of something already in scope."""
    return error(
        "name_taken",
        span,
        f"“{name}”已经有别的意思，请换一个变量名。",
        f"{name!r} already means something here; choose another variable.",
    )


def not_a_condition(span: Span, kind: str) -> RuleError:
    """A value where something true or false is needed."""
    return error(
        "not_a_condition",
        span,
        f"这里需要一个成立或不成立的条件，却是{kind}。",
        "A condition is needed here, something true or false.",
    )


def not_a_value(span: Span, what: str) -> RuleError:
    """A record, relation or condition where a single value is needed."""
    return error(
        "not_a_value",
        span,
        f"这里需要一个值，却是{what}；请写到具体字段。",
        "A single value is needed here; name a field.",
    )


def not_a_relation(span: Span, function: str) -> RuleError:
    """`exists`, `all`, `filter` or `size` on something that has no rows."""
    return error(
        "not_a_relation",
        span,
        f"{function} 只能用在一对多的关联上，例如 resident.certificates。",
        f"{function} needs a to-many relation, such as resident.certificates.",
    )


def many_rows(span: Span, relation: str) -> RuleError:
    """A field asked of a to-many relation without saying which row."""
    return error(
        "many_rows",
        span,
        f"“{relation}”可能有多条，请用 exists(x, …) 说明是哪一条。",
        f"{relation} may have many rows; say which with exists(x, …).",
    )


def wrong_arguments(span: Span, function: str, usage: str) -> RuleError:
    """A function called with the wrong number or form of arguments."""
    return error(
        "wrong_arguments",
        span,
        f"{function} 的写法是 {usage} 。",
        f"{function} is written {usage}.",
    )


def wrong_type(span: Span, expected: str, found: str) -> RuleError:
    """A value of one kind where another is needed."""
    return error(
        "wrong_type",
        span,
        f"这里需要{expected}，却是{found}。",
        "A value of another kind is needed here.",
    )


def incomparable(span: Span, left: str, right: str, suggestion: str | None = None) -> RuleError:
    """Two kinds that cannot be compared."""
    return error(
        "incomparable",
        span,
        f"{left}不能和{right}比较。",
        "These two kinds of value cannot be compared.",
        suggestion,
    )


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
        f"“{written}”不是有效日期，请写成 2026-07-01 的样子。",
        f"{written!r} is no date; write it like 2026-07-01.",
    )


def null_order(span: Span) -> RuleError:
    """null with anything but == and !=, or where a value is needed."""
    return error(
        "null_order",
        span,
        "null 只能用 == 或 != 和字段比较。",
        "null can only be compared with a field, by == or !=.",
    )


def encrypted_field(span: Span, label: str, suggestion: str) -> RuleError:
    """A protected field asked for anything but being recorded."""
    return error(
        "encrypted_field",
        span,
        f"“{label}”加密保存，规则只能判断是否已登记。",
        "This field is encrypted; a rule can only ask whether it is recorded.",
        suggestion,
    )


def not_constant(span: Span, function: str) -> RuleError:
    """A field where only a literal, a parameter or a date made of them may stand."""
    return error(
        "not_constant",
        span,
        f"{function} 的这个位置只能写固定值、today 或参数，不能写字段。",
        f"Only a literal, today or a parameter may stand here in {function}.",
    )


def shift_on_field(span: Span, unit: str) -> RuleError:
    """months, years or working_days added to a field."""
    return error(
        "shift_on_field",
        span,
        f"{unit}(…) 只能加减在 today、固定日期或参数上；请移到比较的另一边，"
        f"例如把 x + {unit}(n) < today 写成 x < today - {unit}(n)。",
        f"{unit}(…) may only be added to today, a literal or a parameter; turn the comparison round, "
        f"x < today - {unit}(n).",
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
        "这里不能用 ? : ，请改写成 && 和 || 。",
        "A choice cannot stand here; write it with && and ||.",
    )
