"""Where the made-up street lies: real division codes, made-up grids, lanes and buildings.

Codes: statistics division codes as of 2023-06-30, National Bureau of Statistics. Grid codes are the community's code
and three digits, as Zhejiang's grids are numbered below their community. Lanes, houses and grids are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

STREET = "330102003000"
ABOVE = (
    ("330000000000", "浙江省", "province", ""),
    ("330100000000", "杭州市", "city", "330000000000"),
    ("330102000000", "上城区", "county", "330100000000"),
    (STREET, "湖滨街道", "street", "330102000000"),
)
GRID_RESIDENTS = 350  # so that a community of 7,000 has 20 grids, each with a worker of its own [chosen]
MOST_GRIDS = 999  # three digits
_FLATS = 36  # of one building: 3 stairs, 6 floors, 2 flats


@dataclass(frozen=True, slots=True)
class Place:
    """A community: its place in the row, 12-digit code, name, and the lanes its houses stand on."""

    index: int
    code: str
    name: str
    lanes: tuple[str, ...]

    def grids(self, residents: int) -> list[str]:
        """The 15-digit codes of its grids when `residents` people live here."""
        count = min(MOST_GRIDS, max(1, round(residents / GRID_RESIDENTS)))
        return [f"{self.code}{number:03d}" for number in range(1, count + 1)]


PLACES = (
    Place(0, "330102003050", "涌金门社区", ("涌泉里", "柳洲弄", "金波里", "望湖弄")),
    Place(1, "330102003052", "青年路社区", ("青云里", "书院弄", "学士里", "新苗弄")),
    Place(2, "330102003053", "东平巷社区", ("东平里", "米市弄", "平安里", "井亭弄")),
    Place(3, "330102003055", "岳王路社区", ("岳帅弄", "花市里", "铜鼓弄", "忠义里")),
    Place(4, "330102003057", "东坡路社区", ("东坡里", "苏堤弄", "墨池里", "竹枝弄")),
    Place(5, "330102003058", "吴山路社区", ("吴山里", "仁和弄", "钟楼里", "茶园弄")),
)

# Where the register of those who came from elsewhere is kept: counties of Hangzhou, cities of Zhejiang, provinces.
HANGZHOU = (
    ("330105000000", "拱墅区"), ("330106000000", "西湖区"), ("330108000000", "滨江区"), ("330109000000", "萧山区"),
    ("330110000000", "余杭区"), ("330122000000", "桐庐县"), ("330127000000", "淳安县"), ("330182000000", "建德市"),
)  # fmt: skip
ZHEJIANG = (
    ("330200000000", "宁波市"), ("330300000000", "温州市"), ("330600000000", "绍兴市"), ("330700000000", "金华市"),
    ("330800000000", "衢州市"), ("331000000000", "台州市"), ("331100000000", "丽水市"),
)  # fmt: skip
CHINA = (
    ("320000000000", "江苏省"), ("340000000000", "安徽省"), ("360000000000", "江西省"), ("410000000000", "河南省"),
    ("420000000000", "湖北省"), ("430000000000", "湖南省"), ("510000000000", "四川省"), ("520000000000", "贵州省"),
)  # fmt: skip
NEARBY = tuple(code for code, _ in HANGZHOU)
FAR = tuple(code for code, _ in ZHEJIANG + CHINA)


def divisions(residents: int) -> list[tuple[str, str, str, str]]:
    """Code, name, level and parent of every division down to the grids, parents first."""
    rows = [*ABOVE, *((code, name, "province", "") for code, name in CHINA)]
    rows.extend((code, name, "city", "330000000000") for code, name in ZHEJIANG)
    rows.extend((code, name, "county", "330100000000") for code, name in HANGZHOU)
    rows.extend((place.code, place.name, "community", STREET) for place in PLACES)
    for place in PLACES:
        codes = enumerate(place.grids(residents), start=1)
        rows.extend((code, f"{place.name}第{number}网格", "grid", place.code) for number, code in codes)
    return rows


def home(place: Place, grid: int, dwelling: int) -> str:
    """The address of flat `dwelling` (from 0) of the grid number `grid` (from 0); no two are the same."""
    lane = place.lanes[grid % len(place.lanes)]
    building, flat = divmod(dwelling, _FLATS)
    stairs, flat = divmod(flat, 12)
    floor, door = divmod(flat, 2)
    room = f"{floor + 1}{door + 1:02d}"
    return f"湖滨街道{lane}{grid // len(place.lanes) + 1}弄{building + 1}幢{stairs + 1}单元{room}室"


def shop_front(place: Place, grid: int, number: int) -> str:
    """The address of ground-floor premises `number` (from 0) of a grid; no two are the same."""
    lane = place.lanes[grid % len(place.lanes)]
    return f"湖滨街道{lane}{grid // len(place.lanes) + 1}弄沿街{number + 1}号商铺"
