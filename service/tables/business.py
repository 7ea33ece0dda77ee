"""Enterprises, who works there, their equipment, and the certificates of people and enterprises."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, Index, Integer, Numeric, Table, Text, text

from service.tables.codes import (
    CERTIFICATE_KIND,
    CERTIFICATE_STATUS,
    ENTERPRISE_KIND,
    ENTERPRISE_SIZE,
    ENTERPRISE_STATUS,
    EQUIPMENT_KIND,
)
from service.tables.columns import day_index, fact, key, metadata, plain, reference, relation
from service.tables.industries import INDUSTRY

enterprises = Table(
    "enterprises",
    metadata,
    key("enterprise_id"),
    fact("uscc", Text(), "统一社会信用代码", nullable=False, unique=True, sensitivity="public"),
    fact("name", Text(), "企业名称", nullable=False, sensitivity="public"),
    fact("kind", Text(), "主体类型", codes=ENTERPRISE_KIND),
    fact("industry", Text(), "行业代码", codes=INDUSTRY, code_length=2),
    fact("size", Text(), "企业规模", codes=ENTERPRISE_SIZE),
    fact("public_venue", Boolean(), "公众聚集场所", present="是公众聚集场所", absent="不是公众聚集场所"),
    fact("site_code", Text(), "经营地编码", index=True, part="place"),
    fact("grid_code", Text(), "网格编码", index=True, part="place"),
    fact("address", Text(), "经营地址"),
    fact("contact_name", Text(), "联系人", sensitivity="private"),
    fact("phone", Text(), "联系电话", encrypted=True, sensitivity="private"),
    plain("phone_index", Text(), "联系电话索引"),
    fact("established_on", Date(), "成立日期"),
    fact("annual_report_year", Integer(), "最近年报年度"),
    fact("insured_n", Integer(), "参保人数", unit="人"),
    fact("unemployment_paid_months", Integer(), "失业保险连续缴费月数", unit="个月"),
    fact("layoff_rate", Numeric(6, 4), "上年度裁员率"),
    fact("status", Text(), "状态", codes=ENTERPRISE_STATUS),
    plain("synthetic", Boolean(), "演示数据", nullable=False, server_default=text("false")),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    day_index("enterprises", "established_on"),
    info={"entity": "enterprise", "label": "企业", "place": "site_code"},
)

employments = Table(
    "employments",
    metadata,
    key("employment_id"),
    relation(
        "resident_id", "residents.resident_id",
        to="resident", label="从业人员", inverse="employments", inverse_label="从业记录",
    ),
    relation(
        "enterprise_id", "enterprises.enterprise_id",
        to="enterprise", label="用人单位", inverse="employments", inverse_label="从业人员",
    ),
    fact("post", Text(), "岗位"),
    fact("handles_food", Boolean(), "接触直接入口食品", present="接触直接入口食品", absent="不接触直接入口食品"),
    fact("serves_public", Boolean(), "直接为顾客服务", present="直接为顾客服务", absent="不直接为顾客服务"),
    fact("started_on", Date(), "入职日期"),
    fact("ended_on", Date(), "离职日期", missing="none", present="已离职", absent="在职"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    Index("uq_employments_resident_enterprise", "resident_id", "enterprise_id", unique=True),
    day_index("employments", "started_on"),
    info={"entity": "employment", "label": "从业记录", "place": "enterprise.site_code", "counter": "人"},
)  # fmt: skip

certificates = Table(
    "certificates",
    metadata,
    key("certificate_id"),
    fact("kind", Text(), "证件类型", codes=CERTIFICATE_KIND, nullable=False, part="name"),
    relation(
        "resident_id", "residents.resident_id",
        to="resident", label="持证人", inverse="certificates", inverse_label="证件", nullable=True,
    ),
    relation(
        "enterprise_id", "enterprises.enterprise_id",
        to="enterprise", label="持证单位", inverse="certificates", inverse_label="证照", nullable=True,
    ),
    fact("number", Text(), "证号", nullable=False, server_default=""),
    fact("issuer", Text(), "发证机关"),
    fact("issued_on", Date(), "发证日期"),
    fact("valid_from", Date(), "有效期自"),
    fact("valid_to", Date(), "有效期至", part="end"),
    fact("endorsed_on", Date(), "最近签注日期", missing="none", present="已签注", absent="未签注"),
    fact("review_due_on", Date(), "复审到期日", missing="none", part="end", present="定有复审日", absent="未定复审日"),
    fact("status", Text(), "证件状态", codes=CERTIFICATE_STATUS, nullable=False, server_default="valid", part="mark"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    CheckConstraint("(resident_id IS NULL) <> (enterprise_id IS NULL)", name="one_holder"),
    Index(
        "uq_certificates_resident_kind_number", "resident_id", "kind", "number", unique=True,
        postgresql_where=text("resident_id IS NOT NULL"), sqlite_where=text("resident_id IS NOT NULL"),
    ),
    Index(
        "uq_certificates_enterprise_kind_number", "enterprise_id", "kind", "number", unique=True,
        postgresql_where=text("enterprise_id IS NOT NULL"), sqlite_where=text("enterprise_id IS NOT NULL"),
    ),
    day_index("certificates", "issued_on"),
    day_index("certificates", "valid_to"),
    day_index("certificates", "endorsed_on"),
    day_index("certificates", "review_due_on"),
    info={"entity": "certificate", "label": "证件", "counter": "件"},
)  # fmt: skip

equipment = Table(
    "equipment",
    metadata,
    key("equipment_id"),
    relation(
        "enterprise_id", "enterprises.enterprise_id",
        to="enterprise", label="使用单位", inverse="equipment", inverse_label="特种设备",
    ),
    fact("kind", Text(), "设备种类", codes=EQUIPMENT_KIND, nullable=False, part="name"),
    fact("number", Text(), "设备代码", nullable=False, unique=True),
    fact("tested_on", Date(), "最近检验日期", missing="none", present="检验过", absent="未检验过"),
    fact("next_test_on", Date(), "下次检验日期", part="end"),
    fact("retired_on", Date(), "停用日期", missing="none", present="已停用", absent="在用"),
    plain("extra", JSON(), "扩展字段"),
    reference("changeset_id", "changesets.changeset_id", "来源", nullable=True, index=False),
    day_index("equipment", "next_test_on"),
    info={"entity": "equipment", "label": "特种设备", "counter": "台"},
)  # fmt: skip
