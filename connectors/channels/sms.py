"""What text messages have in common: approved templates, and finding what was never answered for.

A provider sends nothing but templates that were approved beforehand. What it would refuse about the values is refused
here, before it costs a call: a missing or overlong value, and a URL, which no variable may hold (a link's fixed part
belongs into the template, the variable takes its short code).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connectors.channels.message import Gone, Message, Misconfigured, Rejected, Sent

CHINA = timezone(timedelta(hours=8))  # providers' days and times; the country has had no other since 1991
NUMBER = re.compile(r"1[3-9]\d{9}", re.ASCII)
_URL = re.compile(r"://|www\.|[a-z0-9-]\.(?:com|cn|net|org|top|vip|cc|gov|info)\b", re.ASCII | re.IGNORECASE)


class Variable(BaseModel):
    """A variable of a template and how many characters it may have at most."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    longest: int = Field(ge=1)


class Template(BaseModel):
    """An approved template: the signature it is sent under, its code, and its variables in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign: str = Field(min_length=1)
    code: str = Field(min_length=1)
    variables: tuple[Variable, ...] = ()


def template_of(templates: Mapping[str, Template], message: Message) -> Template:
    """The template registered for the topic. Raises `Rejected`."""
    try:
        return templates[message.topic]
    except KeyError:
        raise Rejected(f"主题 {message.topic} 没有登记短信模板，请在 templates 里补上") from None


def values_for(template: Template, message: Message) -> dict[str, str]:
    """Variable → value, in the order of the template. Raises `Rejected` naming the variable, never its value."""
    return {variable.name: _value(variable, message) for variable in template.variables}


def _value(variable: Variable, message: Message) -> str:
    value = message.variables.get(variable.name, "").strip()
    if not value:
        raise Rejected(f"模板变量 {variable.name} 没有值")
    if len(value) > variable.longest:
        raise Rejected(f"模板变量 {variable.name} 超过 {variable.longest} 个字")
    if _URL.search(value):
        raise Rejected(f"模板变量 {variable.name} 含有网址，网址须写在模板里，变量只放短码")
    return value


def number_of(message: Message) -> str:
    """The address as a mobile number of eleven digits. Raises `Gone`: no other message could go there either."""
    if not NUMBER.fullmatch(message.to):
        raise Gone("地址不是十一位手机号")
    return message.to


def checked(template: Template, message: Message) -> Message:
    """The message, if number and values are such that the provider could send it. Raises `Rejected`."""
    number_of(message)
    values_for(template, message)
    return message


def check_names(code: str, registered: Sequence[str], found: Sequence[str]) -> None:
    """Raises `Misconfigured` when the approved text of a template has other variables than those `registered`."""
    if sorted(registered) != sorted(set(found)):
        told = f"模板 {code} 的变量是 {'、'.join(found)}，登记的是 {'、'.join(registered)}"
        raise Misconfigured("templates", told)


def carried(
    one: Sent, records: Sequence[dict[str, Any]], name: str, asked: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Of what one address got, what is this message: by the id under `name` that its call carried.

    That is its own, or the id of a message to another address with which it travelled; `asked` maps ids to addresses.
    """
    own = [record for record in records if record.get(name) == one.id]
    return own or [record for record in records if asked.get(str(record.get(name)), one.to) != one.to]
