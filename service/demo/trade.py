"""Gives a community its enterprises, who works in them and the certificates both must hold."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate
from random import Random

from service.demo import names, places, shapes
from service.demo.days import age_on, between, born, years_after, years_before
from service.demo.numbers import credit_code, phone
from service.demo.records import Certificate, Employment, Enterprise, Resident
from service.demo.settle import Making, some_day

_TRADES = list(shapes.TRADES)
_TRADE_WEIGHTS = list(accumulate(shapes.TRADES.values()))
_EATERIES = {"6210": "餐馆", "6220": "快餐店", "6231": "茶馆", "6232": "咖啡馆", "6291": "小吃店"}
_WHAT = {
    "lodging": "宾馆", "hair": "理发店", "grocery": "食品店", "retail": "百货店", "wholesale": "贸易商行", "transport": "货运部",
    "software": "信息技术", "consulting": "商务咨询", "training": "培训中心", "property": "物业服务", "other": "服务部",
}  # fmt: skip
_FOOD_POSTS = (
    ("厨师", True),
    ("服务员", True),
    ("传菜员", True),
    ("切配工", True),
    ("面点师", True),
    ("收银员", False),
)
_FOOD_POST_WEIGHTS = (24, 34, 10, 16, 6, 10)
_DELICATESSEN = "熟食柜员"  # handles food outside catering
_POSTS = {
    "lodging": ("前台", "客房服务员", "保安"), "hair": ("理发师", "美容师", "学徒"), "grocery": ("营业员", "理货员", _DELICATESSEN),
    "transport": ("司机", "搬运工"), "software": ("程序员", "产品经理"), "training": ("教师", "教务"), "property": ("保安", "保洁"),
}  # fmt: skip
_PUBLIC_TRADES = ("lodging", "hair")
_LICENCE_WORDS = "JY23301990"  # licence numbers of catering begin with JY2; the area is the unassigned one
_HANDLES_UNRECORDED = 0.01
_FORMER = 0.4  # of food shops: somebody who left is on record [M]
_LEFT = 0.15  # of other employments: ended [M]
_RENEWED = 0.1  # of those with a valid health certificate: last year's is on record too [M]
_LICENCE_DAYS = {
    (-60, -1): 3,
    (3, 18): 2,
    (28, 110): 8,
    (150, 1800): 87,
}  # days from today to expiry, by weight [M]
_WORKING_AGE = (18, 59)


def open_shops(making: Making) -> None:
    """Make the enterprises; the first is an open food shop, however small the community."""
    count = max(2, making.size // shapes.RESIDENTS_PER_ENTERPRISE)
    hands = _Hands(making)
    for serial in range(count):
        trade = "food" if serial == 0 else making.rng.choices(_TRADES, cum_weights=_TRADE_WEIGHTS)[0]
        shop = _enterprise(making, trade, serial)
        making.community.enterprises.append(shop)
        if trade == "food":
            _staff_food_shop(making, shop, hands)
        else:
            _staff(making, shop, hands)
        _license(making, shop)


class _Hands:
    """People of working age who look for work, in random order; each is taken once."""

    def __init__(self, making: Making) -> None:
        low, high = _WORKING_AGE
        self._free = [
            person for person in making.community.residents
            if low <= age_on(person.birth_date, making.today) <= high and person.id_number not in making.community.spoiled
        ]  # fmt: skip
        making.rng.shuffle(self._free)

    def take(self) -> Resident | None:
        return self._free.pop() if self._free else None


def _enterprise(making: Making, trade: str, serial: int) -> Enterprise:
    rng, place = making.rng, making.community.place
    industry = rng.choice(shapes.INDUSTRIES[trade])
    grid = rng.randrange(len(making.grids))
    making.premises[grid] += 1
    kind = "self_employed" if rng.random() < shapes.SELF_EMPLOYED.get(trade, 0.15) else "company"
    if trade == "training" and rng.random() < 0.5:
        kind = "nonprofit"
    office = {"company": "91", "self_employed": "92", "nonprofit": "52"}[kind]
    owner = names.surname(rng) + names.given_name(rng, rng.randint(1965, 1999), male=rng.random() < 0.6)
    return Enterprise(
        uscc=credit_code(office, place.index, serial),
        name=_shop_name(rng, trade, industry, kind, serial),
        kind=kind,
        trade=trade,
        industry=industry,
        site_code=place.code,
        grid_code=making.grids[grid],
        address=places.shop_front(place, grid, making.premises[grid] - 1),
        contact_name=owner,
        phone=phone(rng),
        established_on=some_day(making, 15, 200),
        status="closed" if serial and rng.random() < shapes.CLOSED else "open",
    )


def _shop_name(rng: Random, trade: str, industry: str, kind: str, serial: int) -> str:
    name = names.trade_name(rng, serial) + (_EATERIES[industry] if trade == "food" else _WHAT[trade])
    return f"杭州{name}有限公司" if kind == "company" else f"上城区{name}"


def _staff_food_shop(making: Making, shop: Enterprise, hands: _Hands) -> None:
    """Two to eight people, from here and from outside, and sometimes one who left. A closed shop has only such."""
    for _ in range(making.rng.randint(*shapes.FOOD_STAFF)):
        post, handles = making.rng.choices(_FOOD_POSTS, _FOOD_POST_WEIGHTS)[0]
        known = making.rng.random() >= _HANDLES_UNRECORDED
        job = _hire(making, shop, hands, post, handles if known else None, left=shop.status != "open")
        if job is not None and job.surveyed and handles:
            _health_certificate(making, job)
    if making.rng.random() < _FORMER:
        _hire(making, shop, hands, "服务员", True, left=True)


def _staff(making: Making, shop: Enterprise, hands: _Hands) -> None:
    for _ in range(making.rng.randint(1, 4)):
        post = making.rng.choice(_POSTS.get(shop.trade, ("职员", "经理", "会计")))
        left = shop.status != "open" or making.rng.random() < _LEFT
        job = _hire(making, shop, hands, post, post == _DELICATESSEN, left=left)
        if job is not None and job.handles_food and not left:
            _health_certificate(making, job)
        if job is not None and shop.trade in _PUBLIC_TRADES and not left and making.rng.random() < 0.85:
            expiry = making.today + timedelta(days=making.rng.randint(-40, 360))
            _certify(making, "HEALTH_PUBLIC", job.id_number, expiry, 1)


def _hire(
    making: Making, shop: Enterprise, hands: _Hands, post: str, handles: bool | None, *, left: bool
) -> Employment | None:
    """One employment, or none when there is nobody to hire.

    Only those at work in a food shop may come from outside: the survey makes them known, no other file does.
    """
    surveyed = shop.trade == "food" and not left
    person = None if surveyed and making.rng.random() >= shapes.STAFF_FROM_HERE else hands.take()
    if person is None and not surveyed:
        return None
    id_number, name = (person.id_number, person.name) if person else _outsider(making)
    started = some_day(making, 6, 400 if left else 10)
    ended = between(making.rng, started, making.today - timedelta(days=5)) if left else None
    job = Employment(shop.uscc, id_number, name, post, handles, started, ended, surveyed)
    making.community.employments.append(job)
    return job


def _outsider(making: Making) -> tuple[str, str]:
    rng = making.rng
    birth, male = born(rng, making.today, rng.randint(*_WORKING_AGE)), rng.random() < 0.5
    name = names.surname(rng) + names.given_name(rng, birth.year, male=male)
    return making.numbers.take(birth, male=male), name


def _health_certificate(making: Making, job: Employment) -> None:
    """The one that was found, or none; the shares of missing, expired and expiring ones are planted."""
    key = f"{job.uscc}/{job.id_number}"
    state, low, high = _health_state(making.rng.random())
    if state == "health_missing":
        making.plant(state, key)
        return
    expiry = making.today + timedelta(days=making.rng.randint(low, high))
    certificate = _certify(making, "HEALTH_FOOD", job.id_number, expiry, 1, surveyed=job.surveyed)
    if state:
        making.plant(state, key, certificate.number)
    elif making.rng.random() < _RENEWED:
        _certify(making, "HEALTH_FOOD", job.id_number, years_before(expiry, 1), 1)


def _health_state(draw: float) -> tuple[str, int, int]:
    """What to plant, if anything, and from which to which day after today the certificate ends."""
    for state, share, low, high in (
        ("health_missing", shapes.HEALTH_MISSING, 0, 0),
        ("health_expired", shapes.HEALTH_EXPIRED, -200, -1),
        ("health_expiring", shapes.HEALTH_EXPIRING, 0, 30),
    ):
        if draw < share:
            return state, low, high
        draw -= share
    return "", 31, 364


def _license(making: Making, shop: Enterprise) -> None:
    """A food business has a food licence of five years, now and then none; a public place has a hygiene licence of four."""
    rng = making.rng
    if shop.trade in ("food", "grocery") and rng.random() < 0.97:
        low, high = rng.choices(list(_LICENCE_DAYS), list(_LICENCE_DAYS.values()))[0]
        _certify(making, "FOOD_LICENCE", shop.uscc, making.today + timedelta(days=rng.randint(low, high)), 5)
    elif shop.trade in _PUBLIC_TRADES:
        _certify(
            making, "HYGIENE_LICENCE", shop.uscc, making.today + timedelta(days=rng.randint(-20, 1400)), 4
        )


def _certify(
    making: Making, kind: str, holder: str, valid_to: date, years: int, *, surveyed: bool = False
) -> Certificate:
    """A certificate that lasts `years` years and ends on `valid_to`."""
    issued = years_after(valid_to, -years) + timedelta(days=1)
    prefix = _LICENCE_WORDS if kind == "FOOD_LICENCE" else "JK" if kind.startswith("HEALTH") else "WS"
    number = (
        f"{prefix}{making.community.place.code[-3:]}{issued:%Y}{len(making.community.certificates) + 1:06d}"
    )
    certificate = Certificate(kind, holder, number, issued, valid_to, surveyed=surveyed)
    making.community.certificates.append(certificate)
    return certificate
