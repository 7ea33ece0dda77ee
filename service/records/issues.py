"""What can be wrong with one cell or row of an import: stable codes, advice in Chinese, and masked values.

Every code has a heading in docs/importing.md.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from service.access.masks import mask_any, mask_id_number, mask_name, mask_phone

Severity = Literal["error", "warning"]
Privacy = Literal["identity", "phone", "name", "private", "open", "code", "masked"]
"""How a column's value is shown in a report; `open` and `code` values only when they cannot tell who somebody is.
`masked`: it has been masked already."""

ADVICE = {
    "required_missing": "“{column}”为必填项，请补填后重新导入。",
    "row_too_long": "此行的内容多于表头的列数，可能错列，请对照表头检查。",
    "digits_lost": (
        "号码被表格软件当成数字保存，末几位已丢失，无法还原。"
        "请先把该列设为“文本”格式，再从原始材料重新录入号码。"
    ),
    "identity_length": "证件号码应为 18 位（旧证 15 位），请核对位数。",
    "identity_characters": "证件号码只能是数字，末位可为 X，请核对。",
    "identity_birth": "证件号码第 7—14 位不是有效的出生日期，请核对。",
    "identity_check": "证件号码校验位不符，多为个别数字抄错，请与证件核对。",
    "identity_area_unknown": "证件号码的前两位不是已知的省份代码，已导入，请核对。",
    "identity_ends_000": "证件号码以 000 结尾，可能是表格软件丢失了末三位，已导入，请与证件核对。",
    "birth_date_differs": "出生日期与证件号码中的不一致，已按填写的导入，请核对。",
    "sex_differs": "性别与证件号码中的不一致，已按填写的导入，请核对。",
    "two_persons_one_number": "同一证件号码登记了不同姓名（见第 {rows} 行），请核对后更正，再重新导入。",
    "name_differs": "姓名与系统中该证件号码原有的姓名不同，已按本表更新，请核对。",
    "uscc_length": "统一社会信用代码应为 18 位，请核对位数；15 位工商注册号请换成新证上的代码。",
    "uscc_characters": "统一社会信用代码不含字母 I、O、S、V、Z，请核对是否应为 1、0、5、U、2。",
    "uscc_check": "统一社会信用代码校验位不符，多为个别字符抄错，请与营业执照核对。",
    "date_unreadable": "日期无法识别，请写成 2024-03-05 的形式。",
    "date_incomplete": "日期不完整，请写明年、月、日，如 2024-03-05。",
    "date_impossible": "没有这一天（如 2 月 30 日），请核对。",
    "date_out_of_range": "日期超出合理范围（1900 年至 2100 年），请核对。",
    "date_in_future": "日期晚于今天，请核对。",
    "date_order": "“{column}”早于“{other}”，请核对两个日期。",
    "yes_no_unreadable": "请填“是”或“否”。",
    "code_unknown": "“{column}”的填写不在可选范围内，可填：{choices}。",
    "phone_unreadable": "电话号码无法识别，请填 11 位手机号，或带区号的固定电话如 0571-12345678。",
    "phone_several": "填写了多个电话，只保存第一个；其余的请另行登记。",
    "number_unreadable": "请填数字，不要带文字说明。",
    "number_not_whole": "请填整数。",
    "number_negative": "数值不能为负，请核对。",
    "number_too_large": "数值过大，请核对单位。",
    "number_too_precise": "数字最多 15 位有效数字，请核对。",
    "ratio_unreadable": "比例请写成 0.45 或 45%；超过 1 的请带百分号，如 120%。",
    "year_unreadable": "年度请写成四位数字，如 2026。",
    "text_too_long": "内容超过 {limit} 个字，请精简。",
    "division_unreadable": "区划编码应为 2、4、6、9 或 12 位数字，请核对。",
    "grid_unreadable": "网格编码应为 13 至 18 位数字，以所在社区的 12 位编码开头，请核对。",
    "industry_unreadable": "行业代码应为国民经济行业分类的 2 至 4 位数字（如 6210），请核对。",
    "industry_unknown": "国民经济行业分类（GB/T 4754-2017）里没有以这两位开头的行业，请核对；zhitui codes enterprise.industry 列出全部大类。",
    "division_unknown": "区划表中没有这个编码（本表共 {count} 行），已导入；请核对，或先导入区划（divisions）。",
    "resident_unknown": "系统中没有此人，请先导入居民（residents），或核对证件号码。",
    "enterprise_unknown": "系统中没有此企业，请先导入企业（enterprises），或核对统一社会信用代码。",
    "parent_unknown": "系统和本表中都没有这个上级编码，已导入，请核对。",
    "duplicate_differs": "与第 {rows} 行是同一对象但内容不同，已按靠后的一行导入，请核对。",
}  # fmt: skip

_SHOWN = re.compile(r"[0-9A-Za-z .,/:+-]{1,10}")
_CODE = re.compile(
    r"\d{12,14}|\d{16,17}|[0-9A-Z]{8}[A-Z][0-9A-Z]{9}"
)  # divisions, grids, credit codes; no number of a person
_LIMIT = 40


class Wrong(ValueError):
    """A cell that cannot be taken; `code` is a key of ADVICE, `details` fill its braces."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Noted(NamedTuple):
    """A cell that is taken, with a warning."""

    value: Any
    code: str


class Issue(NamedTuple):
    """One line of an import's report. `value` is masked; `row` counts as the user sees it in the file."""

    sheet: str
    row: int
    column: str
    value: str
    code: str
    severity: Severity
    advice: str


def advice(code: str, **details: Any) -> str:
    """The Chinese sentence that says what to do."""
    return ADVICE[code].format(**details)


def masked(value: Any, privacy: Privacy) -> str:
    """A cell as a report may show it: never a person's number, phone or name in clear.

    Values of open columns are shown only when short and without Chinese characters, because a
    slipped row puts names and numbers anywhere.
    """
    text = "" if value is None else str(value).strip()
    if privacy == "masked":
        return text
    if privacy == "code" and _CODE.fullmatch(text):
        return text
    if privacy == "code":
        privacy = "open"
    if privacy == "open":
        return text if _SHOWN.fullmatch(text) else mask_any(text[:_LIMIT])
    if privacy == "name":
        return mask_name(text[:_LIMIT]) if len(text) <= 4 else mask_any(text[:_LIMIT])
    if privacy == "identity":
        return mask_id_number(text[:_LIMIT])
    return mask_phone(text) if privacy == "phone" and len(text) == 11 else mask_any(text[:_LIMIT])
