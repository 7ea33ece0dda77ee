"""docs/errors.md and docs/http-api.md have a heading for everything the code has, and for nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from service.api.contract import Contract
from service.api.openapi import VERSION
from service.api.start import kinds
from service.app import NOUNS

DOCS = Path(__file__).parents[2] / "docs"
CONTRACTS = [contract for routes in NOUNS for contract in routes.contracts]


def sections(name: str) -> dict[str, str]:
    """The text under each code heading (`## \\`…\\``) of a page."""
    found = re.split(r"^##+ `(.+)`$", (DOCS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


ERRORS, ROUTES = sections("errors.md"), sections("http-api.md")


def test_the_document_tells_the_version_of_the_project() -> None:
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_every_error_code_has_its_heading_and_no_heading_is_left_over() -> None:
    assert set(ERRORS) == set(kinds())


@pytest.mark.parametrize("code", kinds())
def test_an_error_is_told_with_its_status_its_words_and_what_to_do(code: str) -> None:
    assert f"Status {kinds()[code].status}." in ERRORS[code]
    assert (kinds()[code].__doc__ or "").strip() in ERRORS[code]
    assert "**What to do:**" in ERRORS[code]


def test_every_route_has_its_heading_and_no_heading_is_left_over() -> None:
    assert set(ROUTES) == {f"{contract.method} {contract.path}" for contract in CONTRACTS}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_a_route_is_told_with_its_permission_and_what_it_takes(contract: Contract) -> None:
    told = ROUTES[f"{contract.method} {contract.path}"]
    assert f"Permission: `{contract.permission.value}`" in told
    assert ("Idempotency-Key" in told) == contract.idempotent
    assert ("If-Match" in told) == (contract.versioned or contract.conditional)
    assert ("If-None-Match" in told) == contract.tagged
    for model in (contract.query, contract.body):
        for name, field in model.model_fields.items() if model is not None else ():
            assert f"`{field.alias or name}`" in told
