"""What a form is: its columns, and which records a row of it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from connectors.sources.headers import normalise
from rules import Field
from service.records import columns as c
from service.records.columns import Column, column


@dataclass(frozen=True)
class Part:
    """One record that a row becomes.

    `entity` is a key of service.records.entities.ENTITIES, `fields` its staged columns with the row's field for each.
    `when`: staged only if one of these fields is filled. `creates_only`: what exists already is left as it is.
    `added`: declared fields of the record that the form takes besides, by the row's field for each.
    """

    entity: str
    fields: Mapping[str, str]
    when: tuple[str, ...] = ()
    creates_only: bool = False
    added: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A form. `parts` in the order they are merged. `carried`: fields a merged cell leaves blank in the rows below it.

    `orders`: pairs of dates of which the second may not be the earlier one.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    carried: tuple[str, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Every header and synonym, normalised, with its column."""
        return {
            heading(name): column
            for column in self.columns
            for name in (column.header, column.field, *column.names)
        }

    def known(self, name: str) -> bool:
        """Whether a normalised header text is one of this form."""
        return name.lower() in self.by_name

    def has(self, field: str) -> bool:
        """Whether a column fills this field."""
        return field in self._by_field

    def header_of(self, field: str) -> str:
        """The official header of a field."""
        return self.column_of(field).header

    def column_of(self, field: str) -> Column:
        """The column that fills a field; the one of the identity number where a field follows from it."""
        fallback = self._by_field.get("identity") or self._by_field.get("holder")
        return self._by_field.get(field) or fallback or self.columns[0]

    @cached_property
    def _by_field(self) -> Mapping[str, Column]:
        return {column.field: column for column in self.columns}


def heading(name: str) -> str:
    """A header as it is compared."""
    return normalise(name).lower()


def same(*fields: str, **renamed: str) -> dict[str, str]:
    """Staged columns named as the row's fields, and `renamed` ones that are not."""
    return {field: field for field in fields} | renamed


def part(
    entity: str, columns: Iterable[Column], *further: str, when: tuple[str, ...] = (), **renamed: str
) -> Part:
    """A record that takes every one of `columns`, and `further` values that follow from the row.

    An identity number itself is never staged, only what is made of it.
    """
    own = [
        column.field
        for column in columns
        if column.field != "identity" and column.field not in renamed.values()
    ]
    return Part(entity, same(*further, *own, **renamed), when)


ID_NAMES = "身份证号码 公民身份号码 居民身份证号 身份证 证件号码 证件号 公民身份证号 身份证件号码"
USCC_NAMES = "社会信用代码 信用代码 统一信用代码 统一社会信用代码/注册号 统一代码 统一社会信用代码(注册号)"
PHONE_NAMES = "手机号 手机号码 电话 联系方式 手机 联系电话号码 电话号码 移动电话"
VALID_NAMES = "有效期 有效期限 到期日期 到期日 有效期截止 有效期止 有效截止日期 失效日期"
HANDLES_NAMES = (
    "是否接触直接入口食品 接触入口食品 直接接触入口食品 是否直接接触入口食品 从事接触直接入口食品工作"
)
PUBLIC_NAMES = "是否直接为顾客服务 直接服务顾客 为顾客服务"


def identity(
    field: str = "identity", header: str = "身份证号", names: str = ID_NAMES, required: bool = True
) -> Column:
    """A person."""
    return column(header, field, c.identity, names, required=required, privacy="identity")


def uscc() -> Column:
    """An enterprise, required."""
    return column("统一社会信用代码", "uscc", c.uscc, USCC_NAMES, required=True, privacy="code")


def holder() -> Column:
    """A person or an enterprise, required."""
    return column(
        "持有人证件号", "holder", c.holder,
        "持有人证件号码 持有人身份证号 持证人证件号 持证人身份证号 持证单位代码 身份证号 身份证号码 统一社会信用代码",
        required=True, privacy="identity",
    )  # fmt: skip
