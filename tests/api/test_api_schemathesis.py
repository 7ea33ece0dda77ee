"""The whole interface holds to its document, whatever is sent: right, wrong, by whoever may, on both databases."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import structlog
from api import probes
from api.conftest import Serve, Site
from api.exploring import Explored, explore
from api.parties import Parties, gather
from mornings import settings_in
from sqlalchemy import make_url

from service.access.permissions import GRANTED, Permission, Role
from service.access.unit import House
from service.api.contract import Contract
from service.app import NOUNS
from tests.rules.effort import DEEP

SEED = None if DEEP == 1 else Random().getrandbits(32)
CONTRACTS = [contract for routes in NOUNS for contract in routes.contracts]
CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "use_after_free",
    "ensure_resource_availability", "missing_required_header", "ignored_auth", "unsupported_method",
    "allow_header_conformance",
}  # fmt: skip
SELDOM = frozenset(
    {
        # Each needs what a single request cannot bring: a colleague on duty in the same grid, an answer given just before,
        # a value that no other example has corrected yet.
        "POST /api/v1/tasks/{task_id}/handover",
        "POST /api/v1/tasks/{task_id}/undo",
        "POST /api/v1/parameters/{parameter_id}/verify",
        "PUT /api/v1/parameters/{parameter_id}",
    }
)


@dataclass(frozen=True)
class Round:
    """Who asks what (the first that may), how many made-up requests of each, whether wrong ones at all bounds, and with which
    methods that the document does not have."""

    roles: tuple[Role, ...]
    examples: int
    wrong: bool
    methods: tuple[str, ...]


ROUNDS = {
    "sqlite": Round(
        (Role.WORKER, Role.SUPERVISOR, Role.DEPARTMENT, Role.RULE_EDITOR, Role.SYSTEM_ADMIN),
        examples=1, wrong=True, methods=("delete",),
    ),
    # What is refused before it reaches the database is refused here as there; the examples are bounds to begin from.
    "postgresql": Round(
        (Role.ENTERPRISE, Role.SECURITY_ADMIN, Role.AUDITOR, Role.SUPERVISOR, Role.DEPARTMENT, Role.RULE_EDITOR,
         Role.WORKER, Role.SYSTEM_ADMIN),
        examples=1, wrong=DEEP > 1, methods=(),
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of requests need no line each; errors are told."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


async def test_whatever_is_asked_the_answer_is_one_that_the_document_tells(
    street_house: House, street_url: str, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "service.app.SIGN_INS", 4
    )  # each try is a slow hash, and the 429 afterwards is wanted too
    kind = make_url(street_url).get_backend_name()
    site = await serve(street_house, settings=settings_in(tmp_path))
    wanted = CONTRACTS if kind == "sqlite" else not_public(CONTRACTS)
    found = await explored(site, wanted, ROUNDS[kind])
    assert not found.failures, "\n\n".join([f"seed {SEED}", *found.failures])
    assert set(found.statuses) == {f"{contract.method} {contract.path}" for contract in wanted}
    never = {label: statuses for label, statuses in found.statuses.items() if min(statuses) >= 400}
    assert kind != "sqlite" or set(never) <= SELDOM, never  # elsewhere those ask who mostly may not
    assert set(found.checks) >= CHECKS
    assert set(found.phases) == {"coverage", "fuzzing", "stateful"} | (
        {"examples"} if ROUNDS[kind].wrong else set()
    )


async def test_what_does_not_hold_to_the_document_is_found(probed: Site) -> None:
    strange = {"crash", "fail_in_sql", "add_visit", "write_in_get"}
    contracts = [contract for contract in probes.routes.contracts if contract.name in strange]
    token = await probed.token_of(Role.WORKER)
    document = (await probed("GET", "/openapi.json")).json
    shares = {token: not_public(contracts), "": [one for one in contracts if one.name == "crash"]}
    found = await asyncio.to_thread(explore, probed.url, document, shares, {}, examples=3, methods=())
    told = "\n".join(found.failures)
    assert "GET /probe/crash (not_a_server_error" in told.replace("/api/v1", "")
    assert "POST /probe/visits (status_code_conformance" in told.replace("/api/v1", "")
    assert {failure.split(" (")[0] for failure in found.failures} >= {
        f"{contract.method} {contract.path}" for contract in contracts
    }


async def explored(site: Site, contracts: Sequence[Contract], round_: Round) -> Explored:
    """What comes of one round through `contracts`."""
    parties = await gather(site)
    document = (await site("GET", "/openapi.json")).json
    return await asyncio.to_thread(
        explore, site.url, document, shared_out(contracts, parties, round_.roles), parties.known,
        examples=round_.examples * DEEP, wrong=round_.wrong, methods=round_.methods, seed=SEED,
    )  # fmt: skip


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


def not_public(contracts: Iterable[Contract]) -> list[Contract]:
    return [contract for contract in contracts if contract.permission is not Permission.PUBLIC]
