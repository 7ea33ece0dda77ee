"""The command line `zhitui`. Each module holds the commands of one noun; docs/cli.md describes them all."""

from __future__ import annotations

from service.cli.accounts import account_group
from service.cli.audit import audit_group
from service.cli.channels import channels_group
from service.cli.day import (
    explain_command,
    plan_command,
    push_command,
    run_day_command,
    scan_command,
    tasks_command,
)
from service.cli.deliveries import deliveries_group
from service.cli.demo import demo_command
from service.cli.feedback import burden_command, quality_command
from service.cli.fields import catalogue_command, codes_command, fields_group
from service.cli.forecast import forecast_command
from service.cli.office import import_command, init_command, schema_command
from service.cli.parameters import parameters_group
from service.cli.rulebook import rules_group
from service.cli.rulebook_cost import cost_command
from service.cli.rulebook_format import fmt_command
from service.cli.serve import serve_command
from service.cli.shell import zhitui
from service.cli.staff import staff_group
from service.cli.stub_channels import stub_channels_command
from service.cli.trace import trace_command

__all__ = ["main", "zhitui"]

for command in (
    init_command, demo_command, serve_command, import_command, fields_group, catalogue_command, codes_command,
    rules_group, parameters_group, scan_command, forecast_command, plan_command, quality_command, burden_command, push_command, deliveries_group,
    channels_group,
    run_day_command, tasks_command, explain_command, account_group, staff_group, audit_group, schema_command,
    stub_channels_command, trace_command,
):  # fmt: skip
    zhitui.add_command(command)


rules_group.add_command(fmt_command)
rules_group.add_command(cost_command)


def main() -> None:
    """Entry point of the console script."""
    zhitui(prog_name="zhitui")
