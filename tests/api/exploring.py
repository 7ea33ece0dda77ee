"""schemathesis over a running application: every operation with made-up, right and wrong requests, every answer checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from service.api.contract import Contract
from service.errors import CannotResume, InvalidInput, Outdated, VersionMissing

SEED = 20261123
KEYS = {"finding_id", "account_id", "division_code", "login", "password"}
KNOWN_SHARE = 0.6
"""How often a path or a body names something that is there; else a made-up number is as good as never there."""
RIGHT_ONLY = {
    "generation": {"mode": "positive"},
    "phases": {"coverage": {"generation": {"mode": "positive"}}},
}
"""For a stream: a wrong request leaves out that it shall end."""
_numbers = count(1)


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case, _kwargs: dict[str, Any]) -> None:
    """A key of one's own for each right request, as clients are told: the same key for another would be refused.

    So has one whose If-Match may be what is wrong: the same body under the same key is given its first answer again.
    """
    wrong = case.meta is not None and case.meta.generation.mode.is_negative
    if (not wrong or "If-Match" in (case.headers or {})) and "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"request-{next(_numbers)}"


@dataclass
class Explored:
    """What was asked and what was wrong."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    checks: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def take(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError):
            self.failures.append(f"{event.label}: {event.info.format()}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            self._scenario(event)

    def _scenario(self, event: events.ScenarioFinished) -> None:
        cases, phase = event.recorder.cases, event.phase.value
        for case_id, interaction in event.recorder.interactions.items():
            if interaction.response is not None and case_id in cases:
                of = self.statuses.setdefault(cases[case_id].value.operation.label, Counter())
                of[interaction.response.status_code] += 1
                self.phases[phase] += 1
        for case_id, made in event.recorder.checks.items():
            for check in made:
                self.checks[check.name] += 1
                if check.failure_info is not None:
                    failure, told = check.failure_info.failure, check.failure_info.code_sample
                    label = cases[case_id].value.operation.label
                    self.failures.append(f"{label} ({check.name}, {phase}): {failure.message}\n{told}")


def explore(
    url: str,
    document: dict[str, Any],
    operations: Mapping[str, Sequence[Contract]],
    known: Mapping[str, Sequence[int | str]],
    *,
    examples: int,
    seed: int | None = None,
    methods: Sequence[str] = ("get", "post", "put", "delete", "trace"),
    wrong: bool = True,
) -> Explored:
    """Go through `operations` (token → what is asked with it) of the `document` served at `url`; blocks.

    `known` are values that exist, by the name of a parameter or of a field of a body; `methods` are tried where the
    document has none; without `wrong` only the bounds of right requests are tried, and the examples not once more by
    themselves. Without a `seed` the
    same is asked in every run.
    """
    document = deepcopy(document)
    for number, operation in enumerate(_each(document)):
        # The last resort would excuse every status that the document does not tell.
        operation["responses"].pop("default")
        _let_end(operation)
        _point_at_what_is_there(
            operation, {name: values[number % len(values)] for name, values in known.items()}
        )
    schema = schemathesis.openapi.from_dict(
        document, config=_config(url, operations, known, examples, seed, methods, wrong)
    )
    explored = Explored()
    for event in from_schema(schema).execute():
        explored.take(event)
    return explored


def _each(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for offered in document["paths"].values():
        yield from offered.values()


def _let_end(operation: dict[str, Any]) -> None:
    """A stream that goes on for ever is asked for what there is by now."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "query" and parameter["name"] == "follow":
            parameter |= {"required": True, "schema": {"type": "boolean", "enum": [False]}}


def _point_at_what_is_there(operation: dict[str, Any], one: Mapping[str, int | str]) -> None:
    """Let the examples of an operation name something that exists here, so that they are carried out."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "path" and parameter["name"] in one:
            parameter["example"] = one[parameter["name"]]
    content = operation.get("requestBody", {}).get("content", {})
    for told in content.values():
        if "example" in told:
            told["example"] = _with_keys(told["example"], one)


def _with_keys(example: Any, one: Mapping[str, int | str]) -> Any:
    """The same example with the keys of what is there: `finding_id`, and `task_ids` of one task."""
    if isinstance(example, list):
        return [_with_keys(part, one) for part in example]
    if not isinstance(example, dict):
        return example
    changed = {name: _with_keys(part, one) for name, part in example.items()}
    for name in changed.keys() & KEYS & one.keys():
        changed[name] = one[name]
    if "task_ids" in changed and "task_id" in one:
        changed["task_ids"] = [one["task_id"]]
    return changed


def _config(
    url: str,
    operations: Mapping[str, Sequence[Contract]],
    known: Mapping[str, Sequence[int | str]],
    examples: int,
    seed: int | None,
    methods: Sequence[str],
    wrong: bool,
) -> SchemathesisConfig:
    named = {name: values for name, values in known.items() if values}
    generation = {"deterministic": seed is None}
    bounds = generation if wrong else generation | {"mode": "positive"}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED if seed is None else seed,
            "base-url": url,
            "continue-on-failure": True,
            "max-redirects": 0,
            "warnings": False,
            "dictionaries": {name: {"values": list(values)} for name, values in named.items()},
            "parameters": {
                f"{place}.{name}": {"dictionary": name, "probability": KNOWN_SHARE}
                for name in named
                for place in ("path", "body")
            },
            "generation": generation | {"max-examples": examples},
            "phases": {
                "examples": {"enabled": wrong},
                "coverage": {"unexpected-methods": list(methods), "generation": bounds},
            },
            "checks": {
                # RFC 6585 has a status for the one header that is asked for: 428.
                "missing_required_header": {"expected-statuses": [401, VersionMissing.status]},
                # An If-Match that is no version of ours is answered as one that is not the newest: 412.
                "negative_data_rejection": {
                    "expected-statuses": [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429]
                },
            },
            "operations": list(_operations(operations)),
        }
    )


def _operations(operations: Mapping[str, Sequence[Contract]]) -> Iterator[dict[str, Any]]:
    wanted = {contract.name for contracts in operations.values() for contract in contracts}
    yield {"exclude-operation-id": sorted(wanted), "enabled": False}
    for token, contracts in operations.items():
        for contract in contracts:
            yield {
                "include-operation-id": contract.name,
                "headers": {"Authorization": f"Bearer {token}"} if token else {},
                "checks": {"positive_data_acceptance": _acceptance(contract)},
            } | (RIGHT_ONLY if contract.stream else {})


def _acceptance(contract: Contract) -> dict[str, Any]:
    """What a request that fits the schema may be answered with."""
    accepted = ["2xx", "3xx", 401, 403, 404, 409, 429]
    if contract.versioned or contract.conditional:
        accepted.append(Outdated.status)
    if contract.stream:
        accepted.append(CannotResume.status)
    # What depends on the records (a day already past, a code nobody registered) no schema can tell.
    return {"enabled": InvalidInput not in contract.refuses, "expected-statuses": accepted}
