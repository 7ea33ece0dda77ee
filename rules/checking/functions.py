"""The functions of the language, by name, and how each is written."""

import re

UNITS = ("days", "weeks", "months", "years", "working_days")
MOVABLE = ("days", "weeks")
EDGES = ("start_of_month", "start_of_year", "end_of_month")
USAGE = {
    "age": "age(日期)",
    "year": "year(日期)",
    "anniversary_in": "anniversary_in(日期, 起, 止)",
    "date": 'date("2026-07-01")',
    "param": 'param("名称")',
    "has": "has(记录.字段)",
    "size": "关联.size() 或 文字.size()",
    "exists": "关联.exists(x, 条件)",
    "all": "关联.all(x, 条件)",
    "exists_one": "关联.exists_one(x, 条件)",
    "filter": "关联.filter(x, 条件).size()",
    "startsWith": 'startsWith("开头")',
    "endsWith": 'endsWith("结尾")',
    "contains": 'contains("包含")',
    **{unit: f"{unit}(数)" for unit in UNITS},
    **{edge: f"{edge}(日期)" for edge in EDGES},
}
DAYS = frozenset({"today", "now", "TODAY", "NOW"})  # called like functions elsewhere; `today` is a value here
FOREIGN = {
    "timestamp": "date", "to_date": "date", "getFullYear": "year", "YEAR": "year",
    "len": "size", "length": "size", "count": "size", "COUNT": "size",
    "any": "exists", "some": "exists", "every": "all", "includes": "contains", "has_prefix": "startsWith",
}  # fmt: skip
CONDITIONS = frozenset(
    {"has", "exists", "all", "exists_one", "startsWith", "endsWith", "contains", "anniversary_in"}
)
_WORDS = {
    "关联": "relation", "条件": "condition", "日期": "date", "记录": "record", "字段": "field", "名称": "name",
    "文字": "text", "开头": "start", "结尾": "end", "包含": "part", "数": "n", "起": "first", "止": "last", "或": "or",
}  # fmt: skip
_WORD = re.compile("|".join(_WORDS))


def in_english(usage: str) -> str:
    """One of USAGE for the English sentence."""
    return _WORD.sub(lambda found: _WORDS[found[0]], usage)
