"""The whole interface holds to its document, whatever is sent: right, wrong, by whoever may, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from api.conftest import Serve, Site
from api.exploring import SEED, Explored, explore
from api.parties import Parties, gather
from mornings import settings_in
from sqlalchemy import make_url

from service.access.permissions import GRANTED, Permission, Role
from service.access.unit import House
from service.api.contract import Contract
from service.app import NOUNS
from tests.rules.effort import DEEP

CONTRACTS = [contract for routes in NOUNS for contract in routes.contracts]
ROLES = {
    "sqlite": (Role.WORKER, Role.SUPERVISOR, Role.DEPARTMENT, Role.RULE_EDITOR, Role.SYSTEM_ADMIN),
    "postgresql": (
        Role.ENTERPRISE, Role.SECURITY_ADMIN, Role.AUDITOR, Role.SUPERVISOR, Role.DEPARTMENT, Role.RULE_EDITOR,
        Role.WORKER, Role.SYSTEM_ADMIN,
    ),
}  # fmt: skip
"""Who asks what: the first of them that may. Together the two runs look through the eyes of eight roles."""
EXAMPLES = 5
CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "use_after_free",
    "ensure_resource_availability", "missing_required_header", "ignored_auth", "unsupported_method",
    "allow_header_conformance",
}  # fmt: skip


def shared_out(
    contracts: Iterable[Contract], parties: Parties, roles: Sequence[Role]
) -> dict[str, list[Contract]]:
    """Every operation to the first of `roles` that may ask it: token → operations."""
    shares: dict[str, list[Contract]] = {}
    for contract in contracts:
        role = next(role for role in roles if contract.permission in GRANTED[role])
        # Whoever signs out does it with a token of its own, so that the others last.
        token = (parties.leaving if contract.name == "sign_out" else parties.tokens)[role]
        shares.setdefault("" if contract.permission is Permission.PUBLIC else token, []).append(contract)
    return shares


async def explored(site: Site, contracts: Sequence[Contract], roles: Sequence[Role], **more: Any) -> Explored:
    parties = await gather(site)
    document = (await site("GET", "/openapi.json")).json
    shares = shared_out(contracts, parties, roles)
    return await asyncio.to_thread(explore, site.url, document, shares, parties.known, **more)


async def test_whatever_is_asked_the_answer_is_one_that_the_document_tells(
    morning: House, morning_url: str, serve: Serve, tmp_path: Path
) -> None:
    site = await serve(morning, settings=settings_in(tmp_path))
    roles = ROLES[make_url(morning_url).get_backend_name()]
    found = await explored(site, CONTRACTS, roles, examples=EXAMPLES * DEEP, seed=SEED)
    assert not found.failures, "\n\n".join(found.failures)
    assert set(found.statuses) == {f"{contract.method} {contract.path}" for contract in CONTRACTS}
    assert set(found.checks) >= CHECKS
    assert {"coverage", "fuzzing", "stateful"} <= set(found.phases)
    never = {label for label, statuses in found.statuses.items() if min(statuses) >= 400}
    print(found.phases, never)
    print(found.seconds.most_common(40))
