"""The audit log: whether anybody has tampered with it."""

from __future__ import annotations

import click

from service.access import audit
from service.cli.shell import IN_PART, opened, run
from service.settings import Settings


@click.group("audit")
def audit_group() -> None:
    """审计记录。"""


@audit_group.command("verify")
@click.pass_obj
@run
async def verify_command(settings: Settings) -> None:
    """逐条核对审计记录的摘要链，看有没有被改动或删除。"""
    async with opened(settings) as house, house.read() as unit:
        broken = await audit.verify(unit)
    if broken is not None:
        click.echo(f"第 {broken} 条起与摘要不符：记录被改动或删除过，请从备份核对。")
        raise SystemExit(IN_PART)
    click.echo("审计记录完整。")
