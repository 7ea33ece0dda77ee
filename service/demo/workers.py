"""Who works in the made-up street: a worker for each grid, supervisors, an enterprise's contact, the offices' people.

Plain descriptions; making accounts of them is for the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from service.demo import names
from service.demo.dice import dice
from service.demo.places import PLACES, STREET
from service.demo.records import Enterprise


@dataclass(frozen=True, slots=True)
class Worker:
    """The worker of `grid_code`, and deputy of `deputy_grid`, the neighbouring grid of the same community, if any."""

    login: str
    name: str
    community_code: str
    grid_code: str
    deputy_grid: str | None


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody with an account but no grid. `division`: what they look after; `uscc`: whose contact they are."""

    login: str
    name: str
    role: Literal["supervisor", "enterprise", "rule_editor", "system_admin", "auditor"]
    division: str | None = None
    uscc: str | None = None


def workers(residents_per_community: int) -> list[Worker]:
    """One worker a grid, in the order of grids; logins such as `wangge-057-03`."""
    rng = dice("workers")
    team = []
    for place in PLACES:
        grids = place.grids(residents_per_community)
        for number, grid in enumerate(grids):
            neighbour = grids[(number + 1) % len(grids)] if len(grids) > 1 else None
            login = f"wangge-{place.code[-3:]}-{number + 1:02d}"
            team.append(Worker(login, _name(rng), place.code, grid, neighbour))
    return team


def officials(shop: Enterprise) -> list[Official]:
    """A supervisor for each community and one for the street; the contact of `shop`; editor, administrator, auditor."""
    rng = dice("officials")
    heads = [Official(f"shequ-{place.code[-3:]}", _name(rng), "supervisor", place.code) for place in PLACES]
    return [
        *heads,
        Official("jiedao", _name(rng), "supervisor", STREET),
        Official("qiye", shop.contact_name, "enterprise", uscc=shop.uscc),
        Official("guize", _name(rng), "rule_editor"),
        Official("xitong", _name(rng), "system_admin"),
        Official("shenji", _name(rng), "auditor"),
    ]


def _name(rng: Random) -> str:
    return names.surname(rng) + names.given_name(rng, rng.randint(1972, 2001), male=rng.random() < 0.3)
