"""What `getsendresult` says of a work notice: five lists of userids, and for the forbidden a code each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from connectors.channels.message import News, Sent

REPEATED = 143106
_ISV = range(143200, 143300)  # the same reasons, told to the apps of software vendors

REASONS: Mapping[int, str] = {
    143103: "超过每分钟的人数上限，被服务商丢弃",
    143104: "超过每分钟的人数上限，被服务商丢弃",
    143105: "超过每人每天的条数上限，被服务商丢弃",
    REPEATED: "当天已收到相同的内容，被服务商丢弃",
    1430002: "含有服务商禁止的词，被丢弃",
    1430003: "被服务商的系统保护拦下",
    1430004: "收件人受高管保护，被服务商拦下",
}
_LISTS: Sequence[tuple[str, Literal["delivered", "read", "dropped", "failed"], str | None]] = (
    ("unread_user_id_list", "delivered", None),
    ("read_user_id_list", "read", None),
    ("failed_user_id_list", "failed", "服务商没有送到"),
    ("invalid_user_id_list", "failed", "userid 无效、已离职或不在应用的可见范围内"),
    ("forbidden_user_id_list", "dropped", "被服务商拦下，没有说明原因"),
)


def told_of(group: Sequence[Sent], result: Mapping[str, Any]) -> list[News]:
    """What the lists say of these messages; nothing of those they do not name."""
    fates = dict(_fates(result))
    return [replace(fates[one.to], id=one.id) for one in group if one.to in fates]


def _fates(result: Mapping[str, Any]) -> Iterator[tuple[str, News]]:
    """Userid and what became of it; a later pair is the more exact one."""
    for name, status, reason in _LISTS:
        for userid in result.get(name) or ():
            yield str(userid), News("", status, reason=reason)
    for entry in result.get("forbidden_list") or ():
        yield str(entry.get("userid")), _dropped(str(entry.get("code")))


def _dropped(told: str) -> News:
    code = int(told) if told.isascii() and told.isdigit() else 0
    if code in _ISV:
        code -= 100
    reason = REASONS.get(code, f"被服务商丢弃（{code}）")
    return News("", "dropped", told, reason, repeated=code == REPEATED)
