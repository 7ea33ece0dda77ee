"""The six shipped rules as an expert would write them by hand for one database: matches only, dates worked out before.

`{no}` and `{some}` stand for the form each database runs best over a whole population: NOT EXISTS on PostgreSQL,
NOT IN a list on SQLite (measured; RULES §3).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from rules.dates import add_months
from service.calendar import WorkingDays

DRAWING = "(state IN ('applied', 'approved', 'paid', 'suspended') AND ended_on IS NULL OR state = 'declined' AND revisit_on > :today)"
HEALTH = "kind = 'HEALTH_FOOD' AND status = 'valid'"
LICENCE = "kind = 'FOOD_LICENCE' AND status = 'valid'"
SEVERE = "grade <= 2 AND (valid_to IS NULL OR valid_to >= :today)"

RULES = {
    "health-certificate-food": """
        SELECT e.employment_id, 'enterprise', e.enterprise_id, 'match',
               CASE WHEN {no certificates resident_id e.resident_id: HEALTH AND (valid_to >= :today OR valid_to IS NULL)}
                    THEN 'urgent' ELSE 'normal' END, CAST(NULL AS DATE)
        FROM employments e JOIN residents r ON r.resident_id = e.resident_id
             JOIN enterprises s ON s.enterprise_id = e.enterprise_id
        WHERE e.ended_on IS NULL AND e.handles_food AND r.death_on IS NULL AND (s.status IS NULL OR s.status = 'open')
          AND {no certificates resident_id e.resident_id: HEALTH AND (valid_to >= :notice OR valid_to IS NULL)}
        """,
    "old-age-allowance": """
        SELECT r.resident_id, CASE WHEN household_id IS NULL THEN 'resident' ELSE 'household' END,
               COALESCE(household_id, r.resident_id), 'match',
               CASE WHEN birth_date <= :eighty THEN 'important' ELSE 'normal' END, CAST(NULL AS DATE)
        FROM residents r
        WHERE death_on IS NULL AND moved_out_on IS NULL AND substr(hukou_code, 1, 4) = '3301' AND birth_date <= :nearly_eighty
          AND {no enrolments resident_id r.resident_id: policy = 'HIGH_AGE' AND DRAWING}
        """,
    "elder-visits": """
        SELECT r.resident_id, CASE WHEN r.household_id IS NULL THEN 'resident' ELSE 'household' END,
               COALESCE(r.household_id, r.resident_id), 'match',
               CASE WHEN lives_alone AND care_level >= 3 THEN 'urgent'
                    WHEN lives_alone OR care_level >= 2 THEN 'important' ELSE 'normal' END, CAST(NULL AS DATE)
        FROM residents r LEFT JOIN households h ON h.household_id = r.household_id
        WHERE death_on IS NULL AND moved_out_on IS NULL AND birth_date <= :sixty
          AND (lives_alone OR care_level >= 1 OR h.special_family
               OR {some disabilities resident_id r.resident_id: SEVERE})
          AND ({no service_events resident_id r.resident_id: kind = 'VISIT' AND happened_on > :general}
               OR (lives_alone OR care_level >= 2)
                  AND {no service_events resident_id r.resident_id: kind = 'VISIT' AND happened_on > :key}
               OR lives_alone AND care_level >= 3
                  AND {no service_events resident_id r.resident_id: kind = 'VISIT' AND happened_on > :high})
        """,
    "severe-disability-nursing": """
        SELECT r.resident_id, CASE WHEN household_id IS NULL THEN 'resident' ELSE 'household' END,
               COALESCE(household_id, r.resident_id), 'match',
               CASE WHEN {some disabilities resident_id r.resident_id: grade = 1} THEN 'important' ELSE 'normal' END,
               CAST(NULL AS DATE)
        FROM residents r
        WHERE death_on IS NULL AND moved_out_on IS NULL AND substr(hukou_code, 1, 4) = '3301'
          AND {some disabilities resident_id r.resident_id: SEVERE}
          AND {no enrolments resident_id r.resident_id: policy = 'DISAB_NURSING' AND DRAWING}
        """,
    "residence-permit-endorsement": """
        SELECT r.resident_id, CASE WHEN household_id IS NULL THEN 'resident' ELSE 'household' END,
               COALESCE(household_id, r.resident_id), 'match',
               CASE WHEN {some certificates resident_id r.resident_id: kind = 'RESIDENCE' AND status = 'valid' AND LATE}
                    THEN 'important' ELSE 'normal' END, CAST(NULL AS DATE)
        FROM residents r
        WHERE death_on IS NULL AND moved_out_on IS NULL
          AND {some certificates resident_id r.resident_id: kind = 'RESIDENCE' AND status = 'valid' AND (SOON OR LATE)}
        """,
    "food-licence-renewal": """
        SELECT s.enterprise_id, 'enterprise', s.enterprise_id, 'match',
               CASE WHEN {no certificates enterprise_id s.enterprise_id: LICENCE AND (valid_to >= :closes OR valid_to IS NULL)}
                    THEN 'urgent' ELSE 'normal' END, CAST(NULL AS DATE)
        FROM enterprises s
        WHERE (s.status IS NULL OR s.status = 'open')
          AND {some certificates enterprise_id s.enterprise_id: LICENCE}
          AND {no certificates enterprise_id s.enterprise_id: LICENCE AND (valid_to > :opens OR valid_to IS NULL)}
        """,
}  # fmt: skip
_TEST = re.compile(r"\{(no|some) (\w+) (\w+) ([\w.]+): ([^}]*)\}")


def statement(rule: str, dialect: str, today: date) -> str:
    """The hand-written SELECT of `rule` for `dialect`; binds are those of `binds`."""
    text = RULES[rule].replace("DRAWING", DRAWING).replace("SEVERE", SEVERE)
    text = (
        text.replace("HEALTH ", f"{HEALTH} ")
        .replace("LICENCE}", f"{LICENCE}}}")
        .replace("LICENCE ", f"{LICENCE} ")
    )
    text = text.replace("SOON", _season(dialect, today, today + timedelta(days=30), ":endorsed_soon", today))
    first, last = today - timedelta(days=60), today - timedelta(days=1)
    text = text.replace("LATE", _season(dialect, first, last, ":endorsed_late", today))
    return _TEST.sub(lambda found: _relation(dialect, *found.groups()), text)


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


def _relation(dialect: str, how: str, table: str, key: str, outer: str, condition: str) -> str:
    if dialect == "postgresql":
        word = "NOT EXISTS" if how == "no" else "EXISTS"
        return f"{word} (SELECT 1 FROM {table} WHERE {table}.{key} = {outer} AND {condition})"
    word = "NOT IN" if how == "no" else "IN"
    return f"{outer} {word} (SELECT {key} FROM {table} WHERE {key} IS NOT NULL AND {condition})"


def _season(dialect: str, first: date, last: date, endorsed: str, today: date) -> str:
    """A yearly return of `issued_on`, one year after it or later, within first..last; not endorsed since."""
    day = (
        "CAST(strftime('%m%d', issued_on) AS INTEGER)"
        if dialect == "sqlite"
        else "CAST(EXTRACT(MONTH FROM issued_on) * 100 + EXTRACT(DAY FROM issued_on) AS INTEGER)"
    )
    low, high = first.month * 100 + first.day, last.month * 100 + last.day
    within = f"{day} BETWEEN {low} AND {high}" if low <= high else f"({day} >= {low} OR {day} <= {high})"
    year_before = add_months(last, -12).isoformat()
    return f"{within} AND issued_on <= '{year_before}' AND (endorsed_on IS NULL OR endorsed_on < {endorsed})"
