"""What is wrong with a declaration of a field: all of it at once, each fault with what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rules import Catalogue, Entity, Extension
from rules.catalogue import EXTRA
from rules.checking.functions import USAGE
from rules.kinds import CHINESE, Kind
from rules.reading.parser import KEYWORDS, RESERVED
from service.records.entities import ENTITIES
from service.records.form import heading
from service.records.kinds import KINDS
from service.records.text import clean, squeezed

_TAKEN = frozenset(KEYWORDS) | RESERVED | frozenset(USAGE) | {"today", "in", EXTRA}
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,29}")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,14}")
_LABEL, _CODE_NAME, _UNIT, _CODES = 20, 40, 10, 200
_NUMBER_OF_A_PERSON = re.compile(r"身份证|证件号|护照|银行卡|卡号|账号|手机|电话")

Fault = dict[str, str]
"""`field` and `message`, as an InvalidInput carries them."""


def faults_of(wanted: Extension, known: Catalogue) -> list[Fault]:
    """Everything that keeps a field from being declared, where `known` are the fields there are."""
    if wanted.entity not in known:
        return [_fault("entity", f"没有这种记录；可选：{'、'.join(known.entities)}。")]
    entity = known[wanted.entity]
    return [
        *_of_name(wanted.name, entity),
        *_of_label(wanted, entity),
        *_of_codes(wanted),
        *_of_unit(wanted),
        *_of_privacy(wanted),
    ]


def _fault(field: str, message: str) -> Fault:
    return {"field": field, "message": message}


def _of_name(name: str, entity: Entity) -> Iterator[Fault]:
    if not _NAME.fullmatch(name):
        yield _fault("name", "字段名用小写英文字母、数字和下划线，以字母开头，2 至 40 个字符，如 shoe_size。")
    elif name in _TAKEN:
        yield _fault("name", f"“{name}”是规则语言的保留字，请换一个字段名。")
    elif name in entity.table.c or name in entity.relations:
        yield _fault("name", f"“{entity.label}”已有 {name}，请换一个字段名。")


def _of_label(wanted: Extension, entity: Entity) -> Iterator[Fault]:
    label = wanted.label
    if not label or len(label) > _LABEL or label != clean(label) or not heading(label):
        yield _fault("label", f"中文名称须为 1 至 {_LABEL} 个字，不含换行、全角字母和首尾空格。")
        return
    said = heading(label)
    labels = {heading(f.label): f.name for f in entity.fields.values() if f.name != wanted.name}
    labels |= {heading(r.label): r.name for r in entity.relations.values()}
    header = _header(entity, said)
    if said in labels:
        yield _fault("label", f"“{entity.label}”的 {labels[said]} 已叫“{label}”，请换一个名称。")
    elif header is not None:
        yield _fault("label", f"“{label}”在导入表里已经表示“{header}”，请换一个名称。")


def _header(entity: Entity, said: str) -> str | None:
    """The header of the entity's own form that a label already means."""
    for kind in KINDS.values():
        described = [ENTITIES[part.entity].name for part in kind.parts if not part.creates_only]
        if described == [entity.name] and said in kind.by_name:
            return kind.by_name[said].header
    return None


def _of_codes(wanted: Extension) -> Iterator[Fault]:
    if not wanted.codes:
        return
    if wanted.kind not in (Kind.TEXT, Kind.INT):
        yield _fault("codes", f"只有文字和整数可以有代码表，{CHINESE[wanted.kind]}没有。")
        return
    if len(wanted.codes) > _CODES:
        yield _fault("codes", f"代码最多 {_CODES} 个。")
    form = _WHOLE if wanted.kind is Kind.INT else _CODE
    for code, name in wanted.codes:
        if not form.fullmatch(code):
            what = "整数" if wanted.kind is Kind.INT else "英文字母、数字、“_”“.”“-”，至多 30 个字符"
            yield _fault("codes", f"代码“{code[:30]}”须为{what}。")
        if not squeezed(name) or len(name) > _CODE_NAME or name != squeezed(name):
            yield _fault("codes", f"代码 {code[:30]} 的中文名称须为 1 至 {_CODE_NAME} 个字。")
    words = Counter(word for pair in wanted.codes for word in {squeezed(item).upper() for item in pair})
    for word in (word for word, uses in words.items() if uses > 1):
        yield _fault("codes", f"“{word[:40]}”不止表示一个代码，请改成不同的写法。")


def _of_unit(wanted: Extension) -> Iterator[Fault]:
    if not wanted.unit:
        return
    if wanted.kind not in (Kind.INT, Kind.DECIMAL) or wanted.codes:
        yield _fault("unit", "只有没有代码表的整数和小数可以有单位。")
    elif len(wanted.unit) > _UNIT or wanted.unit != clean(wanted.unit) or wanted.unit[0].isdigit():
        yield _fault("unit", f"单位至多 {_UNIT} 个字，不以数字开头。")


def _of_privacy(wanted: Extension) -> Iterator[Fault]:
    """Declared fields are not encrypted, so what identifies or reaches a person has no place among them."""
    if wanted.kind in (Kind.TEXT, Kind.INT) and not wanted.codes and _NUMBER_OF_A_PERSON.search(wanted.label):
        yield _fault("label", "证件号、电话、银行卡号等必须加密保存，而扩展字段不加密，不能登记这类字段。")
