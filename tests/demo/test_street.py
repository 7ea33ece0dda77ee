"""The made-up street: the same every time, shaped as its sources say, with every planted thing in it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from service.demo.days import age_on, years_after, years_before
from service.demo.edges import edges
from service.demo.places import PLACES, STREET, home
from service.demo.records import Community, Resident
from service.demo.rows import plain_rows
from service.demo.street import Street, make_street

TODAY = date(2026, 11, 23)


def people_of(communities: list[Community]) -> list[Resident]:
    return [person for community in communities for person in community.residents]


def share(some: int, whole: int) -> float:
    assert whole > 0
    return some / whole


def test_the_same_seed_and_day_make_the_same_street(street: Street, communities: list[Community]) -> None:
    assert list(street.communities()) == communities
    other = make_street(residents_per_community=2000, seed=1, today=TODAY)
    assert next(other.communities()) != communities[0]


def test_every_community_has_exactly_the_residents_asked_for(communities: list[Community]) -> None:
    assert [len(community.residents) for community in communities] == [2000] * 6
    assert [community.place for community in communities] == list(PLACES)


def test_ages_and_households_have_the_documented_shape(communities: list[Community]) -> None:
    people = people_of(communities)
    ages = [age_on(person.birth_date, TODAY) for person in people]
    elders = sum(age >= 60 for age in ages)
    assert 0.26 < share(elders, len(people)) < 0.33
    assert 0.13 < share(sum(age >= 80 for age in ages), elders) < 0.19
    assert 0.10 < share(sum(age < 15 for age in ages), len(people)) < 0.17
    assert 2.25 < share(len(people), sum(len(community.households) for community in communities)) < 2.45
    assert (
        0.56 < share(sum(person.hukou_code.startswith(STREET[:9]) for person in people), len(people)) < 0.64
    )
    assert 0.46 < share(sum(person.sex == "1" for person in people), len(people)) < 0.54


def test_trades_have_the_documented_shares(communities: list[Community]) -> None:
    shops = [shop for community in communities for shop in community.enterprises]
    assert len(shops) == 6 * 2000 // 25
    assert 0.07 < share(sum(shop.industry.startswith("62") for shop in shops), len(shops)) < 0.16
    assert 0.45 < share(sum(shop.kind == "self_employed" for shop in shops), len(shops)) < 0.75
    assert {"8040"} <= {shop.industry for shop in shops}
    assert any(shop.industry.startswith("61") for shop in shops)
    staff = Counter(job.uscc for community in communities for job in community.employments if job.surveyed)
    assert set(staff.values()) <= set(range(2, 9))


def test_planted_mistakes_come_at_their_rates(street: Street, communities: list[Community]) -> None:
    planted, people = street.truth.planted, 12000
    current = [job for community in communities for job in community.employments if job.ended_on is None]
    needing = [job for job in current if (job.surveyed and job.post != "收银员") or job.handles_food]
    for kind, whole, rate, tolerance in (
        ("duplicate_person", people, 0.01, 0.003),
        ("moved", people, 0.03, 0.01),
        ("phone_missing", people, 0.06, 0.01),
        ("wrong_birth", people, 0.003, 0.0015),
        ("dead_unmarked", people, 0.002, 0.0013),
        ("stale_employment", len(current), 0.08, 0.025),
        ("health_expired", len(needing), 0.09, 0.05),
        ("health_expiring", len(needing), 0.08, 0.05),
    ):
        assert share(len(planted[kind]), whole) == pytest.approx(rate, abs=tolerance), kind


def test_unreadable_rows_are_about_one_in_a_thousand_and_of_every_kind(street: Street) -> None:
    assert len(street.truth.spoiled) == 12
    assert set(street.truth.spoiled.values()) == {"wrong_check_digit", "impossible_date", "typed_as_number"}


def test_every_edge_of_age_is_lived_by_somebody(street: Street, communities: list[Community]) -> None:
    born = {person.id_number: person.birth_date for person in people_of(communities)}
    for edge in edges(TODAY):
        lived = {born[planted.key] for planted in street.truth.planted[edge.kind]}
        assert edge.birth in lived, edge.kind
    kinds = {edge.kind: edge.birth for edge in edges(TODAY)}
    assert age_on(kinds["turns_80_today"], TODAY) == 80
    assert age_on(kinds["turns_80_tomorrow"], TODAY) == 79
    assert age_on(kinds["turns_80_tomorrow"], TODAY + timedelta(days=1)) == 80
    assert kinds["born_today"] == TODAY
    assert (kinds["school_last_day"].month, kinds["school_next_day"].month) == (8, 9)
    dead = [person for person in people_of(communities) if person.death_on is not None]
    assert dead
    assert all(
        person.death_on.replace(day=1) == TODAY.replace(day=1) <= person.death_on <= TODAY for person in dead
    )


def test_members_of_a_household_share_an_address_and_no_two_households_do(
    communities: list[Community],
) -> None:
    addresses: dict[str, set[str]] = {}
    for person in people_of(communities):
        addresses.setdefault(person.household, set()).add(person.address)
    assert all(len(found) == 1 for found in addresses.values())
    assert len(set.union(*addresses.values())) == len(addresses)


def test_addresses_stay_apart_however_large_a_grid_is() -> None:
    assert len({home(PLACES[0], grid, flat) for grid in range(8) for flat in range(500)}) == 4000


def test_residence_permits_need_endorsement_in_all_ways(street: Street, communities: list[Community]) -> None:
    permits = [one for community in communities for one in community.certificates if one.kind == "RESIDENCE"]
    coming = [
        one for one in permits
        if years_after(one.issued_on, age_on(one.issued_on, TODAY) + 1) <= TODAY + timedelta(days=30)
    ]  # fmt: skip
    early = [one for one in coming if one.endorsed_on and one.endorsed_on > TODAY - timedelta(days=31)]
    overdue = [
        one for one in permits
        if age_on(one.issued_on, TODAY) >= 1 and (one.endorsed_on is None or one.endorsed_on < years_before(TODAY, 1))
    ]  # fmt: skip
    assert early
    assert len(coming) > len(early)
    assert overdue


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 3, 1), date(2026, 1, 1), date(2026, 12, 31)])
def test_any_day_can_be_today(today: date) -> None:
    street = make_street(residents_per_community=400, today=today)
    people = people_of(list(street.communities()))
    assert max(person.birth_date for person in people) <= today
    assert all(street.truth.owed.values())


@pytest.mark.parametrize("size", [20, 50, 333])
def test_small_streets_hold_every_edge_once(size: int) -> None:
    street = make_street(residents_per_community=size, today=TODAY)
    assert sum(len(community.residents) for community in street.communities()) == 6 * size
    assert all(len(street.truth.planted[edge.kind]) >= 1 for edge in edges(TODAY))


def test_a_community_too_small_for_a_street_is_refused() -> None:
    with pytest.raises(ValueError, match="20"):
        make_street(residents_per_community=19, today=TODAY)


def test_plain_rows_come_one_at_a_time_and_hold_only_what_can_be_loaded(street: Street) -> None:
    rows = plain_rows(street, "residents")
    first = next(rows)
    assert len(first) == 16
    numbers = {first[0], *(row[0] for row in rows)}
    assert len(numbers) == 12000 - len(street.truth.spoiled)
    assert numbers.isdisjoint(street.truth.spoiled)


def test_each_grid_has_a_worker_and_its_neighbour_a_deputy(street: Street) -> None:
    grids = [code for code, _, level, _ in street.divisions() if level == "grid"]
    assert [worker.grid_code for worker in street.workers] == grids
    assert sorted(worker.deputy_grid or "" for worker in street.workers) == sorted(grids)
    for worker in street.workers:
        assert worker.deputy_grid != worker.grid_code
        assert (worker.deputy_grid or "").startswith(worker.community_code)
    assert len({worker.login for worker in street.workers}) == len(grids)


def test_officials_are_separate_people_and_the_contact_belongs_to_an_open_food_shop(
    street: Street, communities: list[Community]
) -> None:
    roles = Counter(official.role for official in street.officials)
    assert roles == {"supervisor": 7, "enterprise": 1, "rule_editor": 1, "system_admin": 1, "auditor": 1}
    contact = next(official for official in street.officials if official.role == "enterprise")
    shops = {shop.uscc: shop for community in communities for shop in community.enterprises}
    shop = shops[contact.uscc or ""]
    assert (shop.trade, shop.status, shop.contact_name) == ("food", "open", contact.name)
