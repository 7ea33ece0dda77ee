"""The forms about enterprises, and about what people and enterprises hold and draw."""

from __future__ import annotations

from service.records import columns as c
from service.records.columns import column
from service.records.form import (
    HANDLES_NAMES,
    ID_NAMES,
    PHONE_NAMES,
    PUBLIC_NAMES,
    VALID_NAMES,
    Kind,
    holder,
    identity,
    part,
    uscc,
)

INDUSTRY = column("行业代码", "industry", c.industry, "行业 国民经济行业代码 所属行业代码", privacy="code")
SITE_CODE = column(
    "经营地编码", "site_code", c.division, "经营地区划 所在社区编码 经营地社区编码 社区编码", privacy="code"
)
EMPLOYEE = identity(names=f"{ID_NAMES} 员工身份证号 从业人员身份证号")
POST = (
    column("岗位", "post", c.text(60), "工种 职务 工作岗位 岗位名称"),
    column("接触直接入口食品", "handles_food", c.yes_no, HANDLES_NAMES),
    column("直接为顾客服务", "serves_public", c.yes_no, PUBLIC_NAMES),
)

_ENTERPRISE = (
    uscc(),
    column(
        "企业名称", "name", c.text(120), "单位名称 名称 店名 经营主体名称 商户名称 字号名称", required=True
    ),
    column("主体类型", "kind", c.enterprise_kind, "企业类型 单位类型 经营主体类型 类型"),
    INDUSTRY,
    SITE_CODE,
    column("网格编码", "grid_code", c.grid, "网格代码 所属网格编码 所在网格编码", privacy="code"),
    column("经营地址", "address", c.text(200), "地址 经营场所 住所 单位地址 企业地址"),
    column("联系人", "contact_name", c.text(60), "联系人姓名 负责人 经营者", privacy="name"),
    column("联系电话", "phone", c.phone, PHONE_NAMES, privacy="phone"),
    column("成立日期", "established_on", c.day, "注册日期 开业日期 登记日期"),
    column("状态", "status", c.enterprise_status, "登记状态 经营状态 存续状态"),
    column("参保人数", "insured_n", c.count, "社保人数 缴纳社保人数"),
    column("最近年报年度", "annual_report_year", c.year, "年报年度 最近一次年报年度"),
    column("企业规模", "size", c.enterprise_size, "规模 规模类型 企业划型"),
    column("公众聚集场所", "public_venue", c.yes_no, "是否公众聚集场所"),
    column("失业保险连续缴费月数", "unemployment_paid_months", c.months, "失业保险缴费月数 连续缴费月数"),
    column("上年度裁员率", "layoff_rate", c.ratio, "裁员率 上年裁员率"),
)

ENTERPRISES = Kind("enterprises", "企业", _ENTERPRISE, (part("enterprises", _ENTERPRISE),))


_EMPLOYMENT = (
    uscc(),
    EMPLOYEE,
    *POST,
    column("入职日期", "started_on", c.day, "入职时间 开始日期 上岗日期"),
    column("离职日期", "ended_on", c.day, "离职时间 结束日期 离岗日期"),
)

EMPLOYMENTS = Kind(
    "employments",
    "从业记录",
    _EMPLOYMENT,
    (part("employments", _EMPLOYMENT, "person_index", "shown"),),
    orders=(("started_on", "ended_on"),),
)


_CERTIFICATE = (
    column("证件类型", "kind", c.certificate_kind, "证照类型 证书类型 证件种类", required=True),
    holder(),
    column(
        "证号", "number", c.number_text(60), "证件编号 证书编号 证照编号 许可证号 编号", privacy="private"
    ),
    column("发证机关", "issuer", c.text(100), "发证单位 发证机构 签发机关"),
    column("发证日期", "issued_on", c.day, "签发日期 发证时间 办证日期"),
    column("有效期自", "valid_from", c.day, "有效期起 有效期开始 有效起始日期"),
    column("有效期至", "valid_to", c.expiry, VALID_NAMES),
    column("最近签注日期", "endorsed_on", c.day, "签注日期 最近签注"),
    column("复审到期日", "review_due_on", c.day, "复审日期 下次复审日期 应复审日期 复审到期日期"),
    column("证件状态", "status", c.certificate_status, "状态 证照状态"),
)

CERTIFICATES = Kind(
    "certificates",
    "证件",
    _CERTIFICATE,
    (part("certificates", _CERTIFICATE, "shown"),),
    orders=(("issued_on", "valid_to"), ("valid_from", "valid_to")),
)


_ENROLMENT = (
    column("政策代码", "policy", c.policy, "政策 政策名称 补贴项目 待遇名称", required=True),
    holder(),
    column("状态", "state", c.enrolment_state, "享受状态 办理状态 发放状态", required=True),
    column("开始日期", "started_on", c.day, "享受开始日期 起始日期 开始享受日期"),
    column("结束日期", "ended_on", c.day, "享受结束日期 终止日期 停发日期"),
    column("金额", "amount", c.amount, "补贴金额 发放金额 月标准"),
    column("最近确认日期", "last_confirmed_on", c.day, "确认日期 最近核实日期"),
    column("再次告知日期", "revisit_on", c.day, "回访日期"),
)

ENROLMENTS = Kind(
    "enrolments",
    "政策享受",
    _ENROLMENT,
    (part("enrolments", _ENROLMENT, "shown"),),
    orders=(("started_on", "ended_on"),),
)


_EQUIPMENT = (
    uscc(),
    column("设备种类", "kind", c.equipment_kind, "设备类别 设备类型 特种设备种类 设备名称", required=True),
    column(
        "设备代码",
        "number",
        c.number_text(40),
        "设备编号 设备注册代码 注册代码 使用登记证编号",
        required=True,
    ),
    column("最近检验日期", "tested_on", c.past_day, "检验日期 上次检验日期 最近一次检验日期"),
    column("下次检验日期", "next_test_on", c.day, "检验有效期至 下次检验时间 应检日期"),
    column("停用日期", "retired_on", c.day, "报废日期 注销日期"),
)

EQUIPMENT = Kind(
    "equipment",
    "特种设备",
    _EQUIPMENT,
    (part("equipment", _EQUIPMENT, "shown"),),
    orders=(("tested_on", "next_test_on"),),
)
