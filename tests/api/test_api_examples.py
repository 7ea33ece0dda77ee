"""Every example of the document is one that the interface would take or give, and nobody's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from api.conftest import Site
from mornings import TODAY

from service.access.permissions import Role
from service.api import examples
from service.api.contract import PLACEHOLDER, Contract
from service.api.openapi import document
from service.api.start import kinds
from service.app import NOUNS
from service.records.identity import identify
from service.records.issues import Wrong

CONTRACTS = [contract for routes in NOUNS for contract in routes.contracts]
WITH_BODY = [contract for contract in CONTRACTS if contract.body is not None]
WITH_VIEW = [contract for contract in CONTRACTS if contract.view is not None]
NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{15}|[0-9]{17}[0-9Xx])(?![0-9A-Za-z])")
MOBILE_OR_CARD = re.compile(r"(?<![0-9A-Za-z.])(?:1[3-9][0-9]{9}|[0-9]{16}|[0-9]{19})(?![0-9A-Za-z])")


def named(contract: Contract) -> str:
    return contract.name


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for part in value:
            yield from texts(part)
    else:
        yield str(value)


@pytest.mark.parametrize("contract", WITH_BODY, ids=named)
def test_the_example_of_a_body_would_be_taken(contract: Contract) -> None:
    assert contract.body is not None
    contract.body.model_validate_json(json.dumps(examples.BODIES[contract.name]))


@pytest.mark.parametrize("contract", WITH_VIEW, ids=named)
def test_the_example_of_an_answer_is_a_whole_one(contract: Contract) -> None:
    assert contract.view is not None
    example = examples.ANSWERS[contract.name]
    assert contract.view.model_validate(example).model_dump(mode="json", by_alias=True) == example


def test_the_examples_of_queries_and_paths_would_be_taken() -> None:
    for contract in CONTRACTS:
        if contract.name in examples.QUERIES:
            assert contract.query is not None
            contract.query.model_validate(examples.QUERIES[contract.name])
        for name, adapter in contract.parameters.items():
            assert adapter.validate_python(examples.PLACES[name]) == examples.PLACES[name]


def test_no_example_is_left_over() -> None:
    names = {contract.name for contract in CONTRACTS}
    assert set(examples.QUERIES) <= names
    assert set(examples.BODIES) == {contract.name for contract in WITH_BODY}
    assert set(examples.ANSWERS) == {contract.name for contract in WITH_VIEW}
    assert set(examples.PLACES) == {name for one in CONTRACTS for name in PLACEHOLDER.findall(one.path)}


def test_no_example_could_be_a_real_person() -> None:
    told = [*texts(dict(examples.BODIES)), *texts(dict(examples.ANSWERS)), *texts(dict(examples.PLACES))]
    assert len(told) > 500
    for text in told:
        assert not MOBILE_OR_CARD.search(text), text
        for number in NUMBER.findall(text):
            with pytest.raises(Wrong):
                identify(number, TODAY)


def test_a_document_says_what_each_refusal_looks_like() -> None:
    described = document(CONTRACTS)["paths"]["/api/v1/tasks/{task_id}/outcomes"]["post"]["responses"]
    shown = {
        (int(status), code, example["value"]["code"], example["value"]["status"])
        for status, answer in described.items()
        if status not in ("200", "default")
        for code, example in answer["content"]["application/problem+json"]["examples"].items()
    }
    assert {status for status, *_ in shown} == {400, 401, 403, 404, 409, 412, 413, 415, 422, 503}
    assert shown == {(kinds()[code].status, code, code, kinds()[code].status) for _, code, *_ in shown}


async def test_the_rule_of_the_example_is_one_and_says_what_the_example_says(site: Site) -> None:
    token = await site.token_of(Role.RULE_EDITOR)
    answer = await site("POST", "/api/v1/rules/check", token, json=examples.BODIES["check_rule"])
    assert answer.json == examples.ANSWERS["check_rule"]
