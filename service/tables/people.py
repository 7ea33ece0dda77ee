"""Places and people: divisions, households, residents, disabilities, what was done for them and what they draw."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, Index, Integer, Numeric, Table, Text, text

from service.tables.codes import (
    AID_TYPE,
    CARE_LEVEL,
    DISABILITY_GRADE,
    DISABILITY_KIND,
    DIVISION_LEVEL,
    ELDER_SITUATION,
    ENROLMENT_STATE,
    FAMILY,
    ID_TYPE,
    MARITAL,
    MEDICAL_INSURANCE,
    POLICY,
    SERVICE_KIND,
    SEX,
)
from service.tables.columns import Key, choice, fact, key, metadata, plain, reference, relation

divisions = Table(
    "divisions",
    metadata,
    plain("code", Text(), "编码", primary_key=True),
    plain("prefix", Text(), "前缀", nullable=False, unique=True),
    plain("name", Text(), "名称", nullable=False),
    choice("level", "级别", DIVISION_LEVEL),
    plain("parent_code", Text(), "上级编码"),
    info={"label": "区划"},
)

households = Table(
    "households",
    metadata,
    key("household_id"),
    fact("number", Text(), "户号", nullable=False, unique=True),
    # No foreign key: residents and households point at each other, and SQLite cannot add one afterwards.
    plain("head_id", Key, "户主"),
    fact("live_code", Text(), "居住地编码", index=True, part="place"),
    fact("size", Integer(), "人口数", unit="人"),
    fact("income_pc_month", Numeric(12, 2), "人均月收入", unit="元", sensitivity="sensitive"),
    fact(
        "assets_ok",
        Boolean(),
        "财产符合规定",
        sensitivity="sensitive",
        present="财产符合规定",
        absent="财产不符合规定",
    ),
    fact("aid_type", Text(), "救助类型", codes=AID_TYPE, sensitivity="sensitive"),
    fact("aid_from", Date(), "救助开始日期", missing="none"),
    fact("aid_review_due", Date(), "救助复核到期日", missing="none", part="end"),
    fact(
        "special_family",
        Boolean(),
        "计划生育特殊家庭",
        sensitivity="sensitive",
        present="是计划生育特殊家庭",
        absent="不是计划生育特殊家庭",
    ),
    fact(
        "one_child_cert_on",
        Date(),
        "独生子女证领取日期",
        missing="none",
        present="领有独生子女证",
        absent="未领独生子女证",
    ),
    fact("essential_spend_ratio", Numeric(5, 4), "刚性支出占收入比", sensitivity="sensitive"),
    fact("med_self_pay_12m", Numeric(12, 2), "近十二个月医疗自付", unit="元", sensitivity="sensitive"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    info={"entity": "household", "label": "家庭", "place": "live_code"},
)

residents = Table(
    "residents",
    metadata,
    key("resident_id"),
    fact("id_type", Text(), "证件种类", codes=ID_TYPE, nullable=False, server_default="RESIDENT_ID"),
    fact("id_number", Text(), "身份证号", encrypted=True, sensitivity="private", nullable=False),
    plain("id_number_index", Text(), "身份证号索引", nullable=False, unique=True),
    fact("id_valid_to", Date(), "身份证有效期至", part="end"),
    fact("name", Text(), "姓名", sensitivity="private", nullable=False),
    fact("sex", Text(), "性别", codes=SEX),
    fact("birth_date", Date(), "出生日期", index=True, part="birth"),
    fact("death_on", Date(), "死亡日期", missing="none", present="已死亡", absent="在世"),
    fact("marital", Text(), "婚姻状况", codes=MARITAL),
    fact("hukou_code", Text(), "户籍地编码", index=True, part="place"),
    fact("live_code", Text(), "居住地编码", index=True, part="place"),
    fact("grid_code", Text(), "网格编码", index=True, part="place"),
    fact("address", Text(), "住址", sensitivity="private"),
    fact("live_since", Date(), "居住起始日期"),
    fact("registered_on", Date(), "居住登记日期", missing="none", present="已办居住登记", absent="未办居住登记"),
    fact("moved_out_on", Date(), "迁出日期", missing="none", present="已迁出", absent="未迁出"),
    fact("phone", Text(), "联系电话", encrypted=True, sensitivity="private"),
    plain("phone_index", Text(), "联系电话索引"),
    relation(
        "household_id", "households.household_id",
        to="household", label="所在家庭", inverse="members", inverse_label="家庭成员", nullable=True,
    ),
    fact("relation", Text(), "与户主关系", codes=FAMILY),
    fact("lives_alone", Boolean(), "独居", present="独居", absent="不独居"),
    fact("care_level", Integer(), "失能等级", codes=CARE_LEVEL, sensitivity="sensitive"),
    fact("care_assessed_on", Date(), "能力评估日期", missing="none", present="做过能力评估", absent="没做过能力评估"),
    fact("is_veteran", Boolean(), "退役军人", present="是退役军人", absent="不是退役军人"),
    # A register the community keeps: whoever is not on it is in neither situation.
    fact("elder_situation", Text(), "老人居住情形", codes=ELDER_SITUATION, missing="none", present="属空巢或留守", absent="不属空巢或留守"),
    fact("can_work", Boolean(), "有劳动能力", sensitivity="sensitive", present="有劳动能力", absent="无劳动能力"),
    fact("has_income", Boolean(), "有生活来源", sensitivity="sensitive", present="有生活来源", absent="无生活来源"),
    fact("has_supporter", Boolean(), "有履行能力的赡养抚养扶养人", sensitivity="sensitive", present="有赡养抚养扶养人", absent="无赡养抚养扶养人"),
    fact("in_school", Boolean(), "在校就读", present="在校就读", absent="未在校就读"),
    fact("medical_insurance", Text(), "医疗保险", codes=MEDICAL_INSURANCE),
    fact("medical_paid_year", Integer(), "居民医保缴费年度", missing="none", present="缴过居民医保", absent="没缴过居民医保"),
    fact("unemployment_months", Integer(), "失业保险累计缴费月数", unit="个月"),
    fact("unemployed_on", Date(), "失业日期", missing="none", present="已失业", absent="未失业"),
    fact("unemployed_involuntary", Boolean(), "非本人意愿中断就业", present="非因本人意愿失业", absent="因本人意愿失业"),
    fact("unemployment_registered_on", Date(), "失业登记日期", missing="none", present="已办失业登记", absent="未办失业登记"),
    plain("synthetic", Boolean(), "演示数据", nullable=False, server_default=text("false")),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    info={"entity": "resident", "label": "居民", "place": "live_code", "counter": "人"},
)  # fmt: skip

disabilities = Table(
    "disabilities",
    metadata,
    key("disability_id"),
    relation(
        "resident_id", "residents.resident_id",
        to="resident", label="持证人", inverse="disabilities", inverse_label="残疾证",
    ),
    fact("number", Text(), "残疾证号", encrypted=True, sensitivity="private"),
    plain("number_index", Text(), "残疾证号索引"),
    fact("kind", Text(), "残疾类别", codes=DISABILITY_KIND, sensitivity="sensitive", nullable=False),
    fact("grade", Integer(), "残疾等级", codes=DISABILITY_GRADE, sensitivity="sensitive", nullable=False),
    fact("issued_on", Date(), "发证日期"),
    fact("valid_to", Date(), "有效期至", part="end"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    CheckConstraint("grade BETWEEN 1 AND 4", name="grade"),
    Index("uq_disabilities_resident_id_kind", "resident_id", "kind", unique=True),
    info={"entity": "disability", "label": "残疾证"},
)  # fmt: skip

enrolments = Table(
    "enrolments",
    metadata,
    key("enrolment_id"),
    fact("policy", Text(), "政策代码", codes=POLICY, nullable=False, part="name"),
    relation(
        "resident_id", "residents.resident_id",
        to="resident", label="享受人", inverse="enrolments", inverse_label="享受政策", nullable=True,
    ),
    relation(
        "enterprise_id", "enterprises.enterprise_id",
        to="enterprise", label="享受单位", inverse="enrolments", inverse_label="享受政策", nullable=True,
    ),
    fact("state", Text(), "状态", codes=ENROLMENT_STATE, nullable=False, part="mark"),
    fact("started_on", Date(), "开始日期", missing="none", present="已开始", absent="未开始"),
    fact("ended_on", Date(), "结束日期", missing="none", present="已结束", absent="未结束"),
    fact("amount", Numeric(12, 2), "金额", unit="元", missing="none"),
    fact("last_confirmed_on", Date(), "最近确认日期", missing="none", present="确认过", absent="未确认过"),
    fact("revisit_on", Date(), "再次告知日期", missing="none"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    CheckConstraint("(resident_id IS NULL) <> (enterprise_id IS NULL)", name="one_holder"),
    Index(
        "uq_enrolments_resident_policy", "resident_id", "policy", unique=True,
        postgresql_where=text("resident_id IS NOT NULL"), sqlite_where=text("resident_id IS NOT NULL"),
    ),
    Index(
        "uq_enrolments_enterprise_policy", "enterprise_id", "policy", unique=True,
        postgresql_where=text("enterprise_id IS NOT NULL"), sqlite_where=text("enterprise_id IS NOT NULL"),
    ),
    info={"entity": "enrolment", "label": "政策享受", "has": "享受{}", "lacks": "未享受{}"},
)  # fmt: skip

service_events = Table(
    "service_events",
    metadata,
    key("service_event_id"),
    relation(
        "resident_id", "residents.resident_id",
        to="resident", label="服务对象", inverse="service_events", inverse_label="服务记录",
    ),
    fact("kind", Text(), "服务类型", codes=SERVICE_KIND, nullable=False, part="name"),
    fact("happened_on", Date(), "日期", nullable=False, part="event"),
    fact("next_due_on", Date(), "下次日期", missing="none", present="定有下次日期", absent="未定下次日期"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    Index("uq_service_events_resident_kind_day", "resident_id", "kind", "happened_on", unique=True),
    info={"entity": "service_event", "label": "服务记录", "counter": "次"},
)  # fmt: skip

pregnancies = Table(
    "pregnancies",
    metadata,
    key("pregnancy_id"),
    relation(
        "resident_id", "residents.resident_id",
        to="resident", label="孕妇", inverse="pregnancies", inverse_label="孕情",
    ),
    fact("due_on", Date(), "预产期", sensitivity="sensitive", nullable=False),
    fact("booklet_on", Date(), "建册日期", missing="none", sensitivity="sensitive", present="已建册", absent="未建册"),
    fact("ended_on", Date(), "妊娠结束日期", missing="none", sensitivity="sensitive", present="已结束妊娠", absent="未结束妊娠"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    Index("uq_pregnancies_resident_due", "resident_id", "due_on", unique=True),
    info={"entity": "pregnancy", "label": "孕情"},
)  # fmt: skip
