"""The forms about places and people."""

from __future__ import annotations

from service.records import columns as c
from service.records.columns import column
from service.records.form import PHONE_NAMES, VALID_NAMES, Kind, Part, identity, part, same

LIVE_CODE_NAMES = "居住地区划 居住社区编码 社区编码 现住地编码"
HOUSEHOLD_NAMES = "家庭编号 户编号 户口簿号"

DIVISIONS = Kind(
    "divisions",
    "区划",
    (
        column("编码", "code", c.any_division, "代码 区划代码 区划编码 网格编码 统计用区划代码", required=True, privacy="code"),
        column("名称", "name", c.text(80), "区划名称 网格名称", required=True),
        column("级别", "level", c.division_level, "层级 区划级别"),
        column("上级编码", "parent_code", c.division, "上级代码 上级区划代码 父级编码 所属社区编码", privacy="code"),
    ),
    (Part("divisions", same("code", "prefix", "name", "level", "parent_code")),),
)  # fmt: skip


_RESIDENT = (
    identity(),
    column("姓名", "name", c.text(60), "居民姓名 人员姓名 名字", required=True, privacy="name"),
    column("性别", "sex", c.sex),
    column("出生日期", "birth_date", c.past_day, "出生年月日 出生年月 生日", privacy="private"),
    column(
        "户籍地编码", "hukou_code", c.division, "户籍地区划 户籍地行政区划代码 户籍区划代码 户籍地代码", privacy="code"
    ),
    column("居住地编码", "live_code", c.division, f"{LIVE_CODE_NAMES} 居住地代码", privacy="code"),
    column("网格编码", "grid_code", c.grid, "网格代码 所属网格编码 所在网格编码", privacy="code"),
    column("住址", "address", c.text(200), "居住地址 现住址 地址 家庭住址 现居住地址 详细地址", privacy="private"),
    column("联系电话", "phone", c.phone, PHONE_NAMES, privacy="phone"),
    column("户号", "household_number", c.number_text(40), HOUSEHOLD_NAMES),
    column("与户主关系", "relation", c.family, "户主关系 与户主的关系 家庭关系"),
    column("婚姻状况", "marital", c.marital, "婚姻 婚姻状态"),
    column("独居", "lives_alone", c.yes_no, "是否独居 独居老人 是否独居老人"),
    column("失能等级", "care_level", c.care_level, "失能程度 能力等级 老年人能力等级 自理能力"),
    column("能力评估日期", "care_assessed_on", c.past_day, "评估日期 失能评估日期"),
    column("居住起始日期", "live_since", c.day, "居住开始日期 来本地居住日期 入住日期"),
    column("居住登记日期", "registered_on", c.day, "登记日期 流动人口登记日期"),
    column("迁出日期", "moved_out_on", c.day, "搬离日期 迁离日期"),
    column("死亡日期", "death_on", c.past_day, "去世日期 死亡时间"),
    column("退役军人", "is_veteran", c.yes_no, "是否退役军人 退伍军人"),
    column("老人居住情形", "elder_situation", c.elder_situation, "老年人居住情形 空巢留守 空巢留守情况"),
    column("有劳动能力", "can_work", c.yes_no, "劳动能力 是否有劳动能力 有无劳动能力"),
    column("有生活来源", "has_income", c.yes_no, "生活来源 是否有生活来源 有无生活来源"),
    column(
        "有履行能力的赡养抚养扶养人", "has_supporter", c.yes_no,
        "赡养抚养扶养人 有无赡养抚养扶养人 是否有赡养抚养扶养人 有法定赡养抚养扶养人",
    ),
    column("在校就读", "in_school", c.yes_no, "在校 是否在校 是否在校就读 在读"),
    column("医疗保险", "medical_insurance", c.medical_insurance, "医保 医保类型 医疗保险类型 医保险种 参保险种"),
    column("居民医保缴费年度", "medical_paid_year", c.year, "医保缴费年度 居民医保年度 缴费年度"),
    column("失业保险累计缴费月数", "unemployment_months", c.months, "失业保险缴费月数 累计缴费月数"),
    column("失业日期", "unemployed_on", c.past_day, "失业时间"),
    column(
        "非本人意愿中断就业", "unemployed_involuntary", c.yes_no,
        "是否非本人意愿中断就业 非因本人意愿中断就业 是否非因本人意愿中断就业",
    ),
    column("失业登记日期", "unemployment_registered_on", c.past_day, "失业登记时间"),
)  # fmt: skip

RESIDENTS = Kind(
    "residents",
    "居民",
    _RESIDENT,
    (
        Part(
            "households",
            same("live_code", number="household_number"),
            when=("household_number",),
            creates_only=True,
        ),
        part("residents", _RESIDENT, "id_type", "id_number", "derived_sex", "derived_birth_date"),
    ),
    orders=(("birth_date", "death_on"), ("unemployed_on", "unemployment_registered_on")),
)


_HOUSEHOLD = (
    column("户号", "number", c.number_text(40), HOUSEHOLD_NAMES, required=True),
    identity(header="户主身份证号", names="户主身份证号码 户主证件号码 户主证件号", required=False),
    column("居住地编码", "live_code", c.division, LIVE_CODE_NAMES, privacy="code"),
    column("人口数", "size", c.count, "家庭人口 家庭人数 人口"),
    column("人均月收入", "income_pc_month", c.amount, "家庭人均月收入 月人均收入 人均收入", privacy="private"),
    column("财产符合规定", "assets_ok", c.yes_no, "财产是否符合规定"),
    column("救助类型", "aid_type", c.aid_type, "救助类别 困难类型"),
    column("救助开始日期", "aid_from", c.day, "救助起始日期"),
    column("救助复核到期日", "aid_review_due", c.day, "复核到期日 下次复核日期"),
    column("计划生育特殊家庭", "special_family", c.yes_no, "计生特殊家庭"),
    column("独生子女证领取日期", "one_child_cert_on", c.day, "独生子女证日期"),
    column(
        "刚性支出占收入比", "essential_spend_ratio", c.ratio,
        "刚性支出比例 刚性支出占比 刚性支出占家庭收入比例", privacy="private",
    ),
    column(
        "近十二个月医疗自付", "med_self_pay_12m", c.amount,
        "近12个月医疗自付 近一年医疗自付 近十二个月医疗自付费用 医疗自付费用", privacy="private",
    ),
)  # fmt: skip

HOUSEHOLDS = Kind(
    "households", "家庭", _HOUSEHOLD, (part("households", _HOUSEHOLD, "shown", head_index="person_index"),)
)


_DISABILITY = (
    identity(),
    column("残疾证号", "number", c.number_text(40), "残疾人证号 残疾人证编号 残疾证编号", privacy="identity"),
    column("残疾类别", "kind", c.disability_kind, "残疾类型 残疾种类", required=True),
    column("残疾等级", "grade", c.disability_grade, "残疾级别 等级", required=True),
    column("发证日期", "issued_on", c.day, "签发日期 发证时间"),
    column("有效期至", "valid_to", c.expiry, VALID_NAMES),
)

DISABILITIES = Kind(
    "disabilities",
    "残疾证",
    _DISABILITY,
    (part("disabilities", _DISABILITY, "person_index", "shown"),),
    orders=(("issued_on", "valid_to"),),
)


_SERVICE_EVENT = (
    identity(),
    column("服务类型", "kind", c.service_kind, "服务项目 服务种类", required=True),
    column("服务日期", "happened_on", c.past_day, "服务时间 日期 完成日期", required=True),
    column("下次日期", "next_due_on", c.day, "下次服务日期"),
)

SERVICE_EVENTS = Kind(
    "service_events",
    "服务记录",
    _SERVICE_EVENT,
    (part("service_events", _SERVICE_EVENT, "person_index", "shown"),),
)


_PREGNANCY = (
    identity(names="孕妇身份证号 孕产妇身份证号 身份证号码 公民身份号码 证件号码 证件号"),
    column("预产期", "due_on", c.day, "预产日期 预计分娩日期", required=True, privacy="private"),
    column("建册日期", "booklet_on", c.past_day, "建册时间 建卡日期 母子健康手册建册日期", privacy="private"),
    column("妊娠结束日期", "ended_on", c.past_day, "分娩日期 终止妊娠日期 妊娠终止日期", privacy="private"),
)

PREGNANCIES = Kind(
    "pregnancies",
    "孕情",
    _PREGNANCY,
    (part("pregnancies", _PREGNANCY, "person_index", "shown"),),
    orders=(("booklet_on", "ended_on"),),
)
