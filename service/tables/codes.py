"""Code tables: the national standards' codes the records use, and the product's own short ones, with Chinese names.

Sources: facts in docs/concepts.md; GB/T 2261.1 (sex), GB/T 2261.2 (marital status), GB/T 4761-2008 (family
relation, one digit, and two for an only child), GB/T 26341-2010 (disability), GB/T 42195-2022 (care level).
"""

from __future__ import annotations

SEX = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}
MARITAL = {
    "10": "未婚", "20": "已婚", "21": "初婚", "22": "再婚", "23": "复婚", "30": "丧偶", "40": "离婚", "90": "未说明",
}  # fmt: skip
FAMILY = {
    "0": "户主", "1": "配偶", "2": "子", "3": "女", "4": "孙子女", "5": "父母", "6": "祖父母", "7": "兄弟姐妹", "8": "其他",
    "21": "独生子", "31": "独生女",
}  # fmt: skip
CARE_LEVEL = {"0": "能力完好", "1": "轻度失能", "2": "中度失能", "3": "重度失能", "4": "完全失能"}
ID_TYPE = {"RESIDENT_ID": "居民身份证", "HK_MO_TW": "港澳台居民居住证", "FOREIGN": "外国人永久居留身份证"}
DISABILITY_KIND = {
    "1": "视力残疾", "2": "听力残疾", "3": "言语残疾", "4": "肢体残疾", "5": "智力残疾", "6": "精神残疾", "7": "多重残疾",
}  # fmt: skip
DISABILITY_GRADE = {"1": "一级", "2": "二级", "3": "三级", "4": "四级"}
ELDER_SITUATION = {"empty_nest": "空巢", "left_behind": "留守", "none": "无"}
MEDICAL_INSURANCE = {"employee": "职工医保", "resident": "居民医保", "none": "未参保"}
AID_TYPE = {"none": "无", "dibao": "低保", "edge": "低保边缘", "rigid": "刚性支出困难", "tekun": "特困"}
ENTERPRISE_KIND = {
    "company": "企业", "self_employed": "个体工商户", "nonprofit": "民办非企业", "public": "机关事业单位",
    "small_food": "食品小作坊小餐饮店小食杂店", "other": "其他",
}  # fmt: skip
ENTERPRISE_SIZE = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
ENTERPRISE_STATUS = {"open": "存续", "closed": "注销", "revoked": "吊销", "moved": "迁出"}
CERTIFICATE_KIND = {
    "HEALTH_FOOD": "健康证（食品）", "HEALTH_PUBLIC": "健康证（公共场所）", "FOOD_LICENCE": "食品经营许可证",
    "SMALL_FOOD_REG": "小餐饮登记证", "HYGIENE_LICENCE": "公共场所卫生许可证", "RESIDENCE": "居住证",
    "ID_CARD": "居民身份证", "DISABILITY": "残疾人证", "VETERAN_CARD": "优待证", "SPECIAL_WORK": "特种作业操作证",
    "LIFT": "电梯使用登记证", "FIRE_TEST": "消防设施检测",
}  # fmt: skip
EQUIPMENT_KIND = {
    "LIFT": "电梯", "BOILER": "锅炉", "VESSEL": "压力容器", "PIPE": "压力管道", "CRANE": "起重机械",
    "RIDE": "大型游乐设施", "ROPEWAY": "客运索道", "VEHICLE": "场内专用机动车辆",
}  # fmt: skip
CERTIFICATE_STATUS = {"valid": "有效", "revoked": "吊销", "cancelled": "注销", "lost": "挂失"}
POLICY = {
    "HIGH_AGE": "高龄津贴", "DISAB_LIVING": "困难残疾人生活补贴", "DISAB_NURSING": "重度残疾人护理补贴",
    "CARE_SUBSIDY": "养老服务补贴", "DIBAO": "最低生活保障", "EDGE": "低保边缘家庭", "TEKUN": "特困供养",
    "SPECIAL_FAMILY": "计划生育特殊家庭扶助", "ONE_CHILD": "独生子女父母奖励", "CHILD_CARE": "育儿补贴",
    "LONG_TERM_CARE": "长期护理保险", "UNEMPLOYMENT": "失业保险金", "STABLE_JOBS": "稳岗返还", "RIGID": "刚性支出困难家庭",
    "MEDICAL_AID": "医疗救助", "TEMPORARY_AID": "临时救助",
}  # fmt: skip
ENROLMENT_STATE = {
    "candidate": "待核", "offered": "已告知", "declined": "不愿申领", "applied": "已申请", "approved": "已批准",
    "paid": "发放中", "suspended": "暂停", "stopped": "停止",
}  # fmt: skip
SERVICE_KIND = {
    "VISIT": "探访", "CHECKUP65": "老年人体检", "CERVICAL": "宫颈癌筛查", "BREAST": "乳腺癌筛查", "VACCINE": "预防接种",
    "MATERNAL_BOOK": "母子健康手册", "ASSESS": "能力评估", "ELDER_CARD_INFO": "老年优待告知",
    "AID": "救助走访",
}  # fmt: skip
DIVISION_LEVEL = {
    "province": "省", "city": "市", "county": "区县", "street": "街道", "community": "社区", "grid": "网格",
}  # fmt: skip
GRADE = {"urgent": "紧急", "important": "重要", "normal": "一般", "low": "可缓"}
TARGET_KIND = {"household": "户", "resident": "人", "enterprise": "单位"}
SUBJECT_KIND = {**TARGET_KIND, "employment": "从业记录"}
