"""The proportions of the made-up street, each with its source.

[S] a published figure; [M] remembered or chosen, unverified. Figures marked [M] shape demonstration data only and are
stated nowhere as facts about the real 湖滨街道.
"""

from __future__ import annotations

# Household sizes 1, 2, 3, 4, 5, 6: national 2010 table [S] shifted to Zhejiang's 2020 mean of 2.35 to 2.36 [M].
HOUSEHOLD_SIZES = {1: 31, 2: 32, 3: 18, 4: 11, 5: 6, 6: 2}

# Ages of elders who live by themselves [M]: with those who live with their children (mostly below 77), 80+ comes to
# about 16 % of 60+, as in Hangzhou (16.13 %, hukou, 2017) [S]. 60+ comes to about 29 % of all: the old inner 上城区 had
# 30.59 % (2017) [S]; the whole district's hukou 26.8 % (2022) [S].
ELDER_BANDS = {
    (60, 64): 0.21, (65, 69): 0.205, (70, 74): 0.175, (75, 79): 0.139,
    (80, 84): 0.135, (85, 89): 0.092, (90, 94): 0.036, (95, 99): 0.007, (100, 104): 0.001,
}  # fmt: skip

# Whose household register is kept in this street is said with each kind of household in households.py; it comes to about
# 60 % of residents, as 903,100 of 1,398,000 do in the district (2023, 2024) [S].
MEN_AMONG_OLD_SINGLES = 0.35  # women outlive their husbands [M]
NEIGHBOURING_REGISTER = (
    0.35  # of the others: registered elsewhere in Hangzhou (人户分离) [M]; the rest comes from afar
)

# Loss of ability: 1.75 % of 60+ wholly, 3.84 % partly (Hangzhou 2017) [S]; unrecorded for some [M].
CARE_SEVERE = 0.0175
CARE_PARTIAL = 0.0384
CARE_UNRECORDED = 0.08
ALONE_UNRECORDED = 0.10  # of those below 60 [M]

# Disability cards: 2 to 3 % of registered residents [M], rising with age [M].
DISABLED = {"child": 0.004, "adult": 0.014, "elder": 0.05}
DISABILITY_KINDS = {"1": 12, "2": 16, "3": 2, "4": 45, "5": 8, "6": 10, "7": 7}  # [M]
DISABILITY_GRADES = {1: 14, 2: 24, 3: 27, 4: 35}  # [M]

# Aid, by household, tied to disability and age [M].
AID = {"tekun": 0.001, "dibao": 0.008, "edge": 0.006, "rigid": 0.002}
AID_IF_DISABLED = 6.0  # times as likely
AID_IF_OLD_AND_ALONE = 3.0
INCOME_UNRECORDED = 0.6

# Families that lost their only child, among registered households of people of 49 and more; unrecorded for some [M].
SPECIAL_FAMILY = 0.006
SPECIAL_FAMILY_FROM_AGE = 49
SPECIAL_FAMILY_UNRECORDED = 0.03

# Shares of the entitled who draw their benefit; the remainder is what the rules are there to find [M].
DRAWS = {"HIGH_AGE": 0.88, "DISAB_NURSING": 0.84, "DISAB_LIVING": 0.80, "CHILD_CARE": 0.75}

# Visits to elders: most are on time, some late, a few never made [M].
VISIT_LATE = 0.22
VISIT_NEVER = 0.04

# Residence permits of adults from outside Hangzhou, and their yearly endorsement [M].
PERMIT_HELD = 0.70
PERMIT_ENDORSED = 0.88
PERMIT_EARLY = 0.30  # of those whose anniversary is within 30 days: already endorsed
PERMIT_SOON = 0.05  # issued so that the anniversary falls within the coming 30 days, on top of chance

# One enterprise for 25 residents; trades: 10.9 % lodging and catering, 56.2 % trade among the self-employed of an inner
# city (2018, shape only) [S]; the remainder and the class codes of GB/T 4754-2017 are [M].
RESIDENTS_PER_ENTERPRISE = 25
TRADES = {
    "food": 11, "lodging": 3, "hair": 6, "grocery": 9, "retail": 33, "wholesale": 8, "transport": 5,
    "software": 6, "consulting": 9, "training": 4, "property": 4, "other": 2,
}  # fmt: skip
INDUSTRIES = {
    "food": ("6210", "6210", "6220", "6231", "6232", "6291"), "lodging": ("6110", "6121", "6129"), "hair": ("8040",),
    "grocery": ("5212", "5213", "5221", "5223"), "retail": ("5231", "5232", "5234", "5245", "5283"),
    "wholesale": ("5131", "5132", "5149"), "transport": ("5431", "5437"), "software": ("6510", "6513"),
    "consulting": ("7243", "7249"), "training": ("8391", "8393"), "property": ("7020", "7030"), "other": ("8111", "8129"),
}  # fmt: skip
SELF_EMPLOYED = {
    "food": 0.7,
    "lodging": 0.3,
    "hair": 0.9,
    "grocery": 0.8,
    "retail": 0.75,
    "wholesale": 0.5,
    "transport": 0.8,
}
FOOD_STAFF = (2, 8)
STAFF_FROM_HERE = 0.45
CLOSED = 0.03

# Planted mistakes and states, at the rates chosen for measuring precision (facts in docs/concepts.md).
DUPLICATE_PERSON = 0.01
STALE_EMPLOYMENT = 0.08
WRONG_BIRTH = 0.003
DEAD_UNMARKED = 0.002
MOVED = 0.03
PHONE_MISSING = 0.06
HEALTH_EXPIRED = 0.09
HEALTH_EXPIRING = 0.08
HEALTH_MISSING = 0.06
BAD_ROW = 0.001
