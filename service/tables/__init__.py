"""SQLAlchemy Core tables: the one truth of the schema. schema.sql and the migrations are checked against them."""

from __future__ import annotations

from service.tables.accounts import (
    accounts,
    addresses,
    answered_requests,
    audit,
    sessions,
    sign_in_codes,
    sign_in_failures,
    tokens,
)
from service.tables.afterwards import escalations, learned_facts, objections, retractions, returns
from service.tables.archive import archived_attempts, archived_deliveries, archived_notifications
from service.tables.business import certificates, employments, enterprises, equipment
from service.tables.channels import channel_accounts, channel_months, channel_rates, channel_states
from service.tables.columns import metadata
from service.tables.outbox import attempts, deliveries, notification_tasks, notifications
from service.tables.people import (
    disabilities,
    divisions,
    enrolments,
    households,
    pregnancies,
    residents,
    service_events,
)
from service.tables.provenance import changes, changesets, corrections, import_errors, imports
from service.tables.rulebook import (
    duty_items,
    extension_fields,
    parameters,
    rule_activations,
    rule_versions,
)
from service.tables.scans import (
    forecast_rules,
    forecasts,
    pending_targets,
    rule_progress,
    scan_events,
    scan_rules,
    scans,
    undecided,
)
from service.tables.tasks import (
    absences,
    calendar_days,
    findings,
    job_runs,
    outcomes,
    pending_lists,
    posts,
    task_events,
    tasks,
)

__all__ = [
    "absences", "accounts", "addresses", "answered_requests", "archived_attempts", "archived_deliveries",
    "archived_notifications", "attempts", "audit", "calendar_days", "certificates", "changes", "changesets",
    "channel_accounts", "channel_months", "channel_rates", "channel_states", "corrections", "deliveries",
    "disabilities", "divisions", "duty_items", "employments", "enrolments", "enterprises", "equipment", "escalations",
    "extension_fields", "findings", "forecast_rules", "forecasts", "households", "import_errors", "imports", "job_runs",
    "learned_facts", "metadata", "notification_tasks", "notifications", "objections", "outcomes", "parameters", "pending_lists",
    "pending_targets", "posts", "pregnancies", "residents", "retractions", "returns", "rule_activations",
    "rule_progress", "rule_versions", "scan_events", "scan_rules", "scans", "service_events", "sessions",
    "sign_in_codes", "sign_in_failures", "task_events", "tasks", "tokens", "undecided",
]  # fmt: skip
