"""Names out of thin air: surnames by weight, given names from characters of the cohort, shop names from two word lists.

Surname weights are shares of the national list (in per cent, facts in docs/concepts.md); 陈 is raised because it comes
first in Zhejiang (2019 report). The characters of given names are the authors' own choice, by decade and sex.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

_SURNAMES = {
    "王": 7.17, "李": 7.0, "张": 6.74, "陈": 9.2, "刘": 5.1, "杨": 3.22, "黄": 2.45, "吴": 2.9, "赵": 2.0, "周": 2.8,
    "徐": 2.4, "孙": 1.5, "朱": 1.9, "马": 1.2, "胡": 1.4, "林": 1.4, "郭": 1.1, "何": 1.1, "高": 1.0, "罗": 0.9,
    "郑": 1.1, "梁": 0.8, "谢": 0.7, "宋": 0.7, "唐": 0.6, "许": 0.8, "韩": 0.6, "冯": 0.7, "邓": 0.6, "曹": 0.5,
    "彭": 0.5, "曾": 0.5, "肖": 0.5, "田": 0.4, "董": 0.5, "潘": 0.6, "袁": 0.5, "蔡": 0.5, "蒋": 0.7, "余": 0.6,
    "杜": 0.4, "叶": 0.9, "程": 0.4, "魏": 0.4, "沈": 1.6, "俞": 0.8, "金": 0.8, "姚": 0.6, "方": 0.6, "章": 0.5,
    "钱": 0.6, "汪": 0.5, "陆": 0.6, "施": 0.4, "倪": 0.3, "楼": 0.3, "诸葛": 0.05, "欧阳": 0.05,
}  # fmt: skip
_SURNAME_LIST = list(_SURNAMES)
_SURNAME_WEIGHTS = list(accumulate(_SURNAMES.values()))

# (born before, men's characters, women's characters, share of one-character given names)
_COHORTS = (
    (1950, "德福根荣水金生祥贵庆兴发宝炳松林茂财仁义", "英秀珍凤兰素月桂玉宝香招莲花菊仙娣阿彩琴", 0.10),
    (1970, "建国平军华明伟强民卫东志勇红忠永文利成国", "红梅芳丽萍敏霞燕玲娟琴华珍英亚美惠秋爱雪", 0.22),
    (1990, "伟杰峰磊涛超鹏斌飞波宁凯俊晓海勇剑亮鸣晨", "婷静莉娜丹倩燕晶琳璐洁颖蕾雯晓佳怡慧妮敏", 0.30),
    (2010, "浩宇轩昊博文睿翔天泽嘉俊辰子铭晨逸凡一乐", "欣怡雨涵梓诗琪佳思语嘉雅梦瑶晨萱可心若彤", 0.12),
    (9999, "沐宸奕泽子墨景一诺屹安知行承允川星野禾言", "沐一诺苡安语桐知夏可清禾星芮念心悦溪言初", 0.06),
)


def surname(rng: Random) -> str:
    return rng.choices(_SURNAME_LIST, cum_weights=_SURNAME_WEIGHTS)[0]


def given_name(rng: Random, year: int, *, male: bool) -> str:
    """A given name as borne by people born in `year`."""
    for before, men, women, short in _COHORTS:
        if year < before:
            return _from(rng, men if male else women, short)
    raise ValueError(f"nobody is born in {year}")


def _from(rng: Random, characters: str, short: float) -> str:
    first = rng.choice(characters)
    return first if rng.random() < short else first + rng.choice(characters)


_FIRST_WORDS = (
    "湖畔", "柳浪", "云栖", "晓风", "小满", "山外", "桂雨", "听泉", "梅坞", "春生", "半闲", "江南", "青瓦", "白墙", "荷风",
    "渔樵", "知味里", "老巷", "阿婆", "双井", "石桥", "月塘", "松间", "竹里", "一盏", "三更", "橘子", "麦香", "拾光", "木作",
)  # fmt: skip
_SECOND_WORDS = (
    "记",
    "阁",
    "坊",
    "轩",
    "居",
    "堂",
    "小筑",
    "驿",
    "苑",
    "社",
    "舍",
    "园",
    "斋",
    "汇",
    "源",
    "和",
)


def trade_name(rng: Random, serial: int) -> str:
    """A fancy name; `serial` keeps two of a street apart once the words have run out."""
    words = rng.choice(_FIRST_WORDS) + rng.choice(_SECOND_WORDS)
    return words if serial < 200 else f"{words}{serial}"
