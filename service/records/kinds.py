"""The forms that can be imported: which columns each has, and which records a row of it becomes.

docs/importing.md lists every header and synonym; a test holds it to this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connectors.sources.headers import normalise
from service.errors import InvalidInput
from service.records import columns as c
from service.records.columns import Column, column


@dataclass(frozen=True)
class Part:
    """One record that a row becomes.

    `entity` is a key of service.records.entities.ENTITIES, `fields` its staged columns with the row's field for each.
    `when`: staged only if one of these fields is filled. `creates_only`: what exists already is left as it is.
    """

    entity: str
    fields: Mapping[str, str]
    when: tuple[str, ...] = ()
    creates_only: bool = False


@dataclass(frozen=True)
class Kind:
    """A form. `parts` in the order they are merged. `carried`: fields a merged cell leaves blank in the rows below it.

    `orders`: pairs of dates of which the second may not be the earlier one.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    carried: tuple[str, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Every header and synonym, normalised, with its column."""
        return {
            normalise(name).lower(): column
            for column in self.columns
            for name in (column.header, column.field, *column.names)
        }

    def known(self, name: str) -> bool:
        """Whether a normalised header text is one of this form."""
        return name.lower() in self.by_name

    def has(self, field: str) -> bool:
        """Whether a column fills this field."""
        return field in self._by_field

    def header_of(self, field: str) -> str:
        """The official header of a field."""
        return self.column_of(field).header

    def column_of(self, field: str) -> Column:
        """The column that fills a field; the one of the identity number where a field follows from it."""
        fallback = self._by_field.get("identity") or self._by_field.get("holder")
        return self._by_field.get(field) or fallback or self.columns[0]

    @cached_property
    def _by_field(self) -> Mapping[str, Column]:
        return {column.field: column for column in self.columns}


def kind_of(name: str) -> Kind:
    """The form called `name`; InvalidInput lists the names there are."""
    if name not in KINDS:
        raise InvalidInput(f"没有这种数据：{name[:40]}。可选：{'、'.join(KINDS)}。")
    return KINDS[name]


def _same(*fields: str, **renamed: str) -> dict[str, str]:
    return {field: field for field in fields} | renamed


_ID_NAMES = "身份证号码 公民身份号码 居民身份证号 身份证 证件号码 证件号 公民身份证号 身份证件号码"
_USCC_NAMES = "社会信用代码 信用代码 统一信用代码 统一社会信用代码/注册号 统一代码 统一社会信用代码(注册号)"
_PHONE_NAMES = "手机号 手机号码 电话 联系方式 手机 联系电话号码 电话号码 移动电话"
_VALID_NAMES = "有效期 有效期限 到期日期 到期日 有效期截止 有效期止 有效截止日期 失效日期"
_HANDLES_NAMES = (
    "是否接触直接入口食品 接触入口食品 直接接触入口食品 是否直接接触入口食品 从事接触直接入口食品工作"
)
_PUBLIC_NAMES = "是否直接为顾客服务 直接服务顾客 为顾客服务"


def _identity(
    field: str = "identity", header: str = "身份证号", names: str = _ID_NAMES, required: bool = True
) -> Column:
    return column(header, field, c.identity, names, required=required, privacy="identity")


def _uscc() -> Column:
    return column("统一社会信用代码", "uscc", c.uscc, _USCC_NAMES, required=True, privacy="code")


def _holder() -> Column:
    return column(
        "持有人证件号", "holder", c.holder,
        "持有人证件号码 持有人身份证号 持证人证件号 持证人身份证号 持证单位代码 身份证号 身份证号码 统一社会信用代码",
        required=True, privacy="identity",
    )  # fmt: skip


_RESIDENT_FIELDS = (
    "id_type", "id_number", "name", "sex", "birth_date", "death_on", "marital", "hukou_code", "live_code", "grid_code",
    "address", "live_since", "registered_on", "moved_out_on", "phone", "household_number", "relation", "lives_alone",
    "care_level", "care_assessed_on", "is_veteran",
)  # fmt: skip

_RESIDENTS = Kind(
    "residents",
    "居民",
    (
        _identity(),
        column("姓名", "name", c.text(60), "居民姓名 人员姓名 名字", required=True, privacy="name"),
        column("性别", "sex", c.sex),
        column("出生日期", "birth_date", c.past_day, "出生年月日 出生年月 生日", privacy="private"),
        column(
            "户籍地编码",
            "hukou_code",
            c.division,
            "户籍地区划 户籍地行政区划代码 户籍区划代码 户籍地代码",
            privacy="code",
        ),
        column(
            "居住地编码",
            "live_code",
            c.division,
            "居住地区划 居住社区编码 社区编码 现住地编码 居住地代码",
            privacy="code",
        ),
        column("网格编码", "grid_code", c.grid, "网格代码 所属网格编码 所在网格编码", privacy="code"),
        column(
            "住址",
            "address",
            c.text(200),
            "居住地址 现住址 地址 家庭住址 现居住地址 详细地址",
            privacy="private",
        ),
        column("联系电话", "phone", c.phone, _PHONE_NAMES, privacy="phone"),
        column("户号", "household_number", c.number_text(40), "家庭编号 户编号 户口簿号"),
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
    ),
    (
        Part(
            "households",
            _same("live_code", number="household_number"),
            when=("household_number",),
            creates_only=True,
        ),
        Part("residents", _same(*_RESIDENT_FIELDS)),
    ),
    orders=(("birth_date", "death_on"),),
)

_ENTERPRISES = Kind(
    "enterprises",
    "企业",
    (
        _uscc(),
        column("企业名称", "name", c.text(120), "单位名称 名称 店名 经营主体名称 商户名称 字号名称", required=True),
        column("主体类型", "kind", c.enterprise_kind, "企业类型 单位类型 经营主体类型 类型"),
        column("行业代码", "industry", c.industry, "行业 国民经济行业代码 所属行业代码", privacy="code"),
        column("经营地编码", "site_code", c.division, "经营地区划 所在社区编码 经营地社区编码 社区编码", privacy="code"),
        column("网格编码", "grid_code", c.grid, "网格代码 所属网格编码 所在网格编码", privacy="code"),
        column("经营地址", "address", c.text(200), "地址 经营场所 住所 单位地址 企业地址"),
        column("联系人", "contact_name", c.text(60), "联系人姓名 负责人 经营者", privacy="name"),
        column("联系电话", "phone", c.phone, _PHONE_NAMES, privacy="phone"),
        column("成立日期", "established_on", c.day, "注册日期 开业日期 登记日期"),
        column("状态", "status", c.enterprise_status, "登记状态 经营状态 存续状态"),
        column("参保人数", "insured_n", c.count, "社保人数 缴纳社保人数"),
        column("最近年报年度", "annual_report_year", c.count, "年报年度 最近一次年报年度"),
    ),
    (
        Part(
            "enterprises",
            _same(
                "uscc", "name", "kind", "industry", "site_code", "grid_code", "address", "contact_name", "phone",
                "established_on", "status", "insured_n", "annual_report_year",
            ),
        ),
    ),
)  # fmt: skip

_EMPLOYMENTS = Kind(
    "employments",
    "从业记录",
    (
        _uscc(),
        _identity(names=f"{_ID_NAMES} 员工身份证号 从业人员身份证号"),
        column("岗位", "post", c.text(60), "工种 职务 工作岗位 岗位名称"),
        column("接触直接入口食品", "handles_food", c.yes_no, _HANDLES_NAMES),
        column("直接为顾客服务", "serves_public", c.yes_no, _PUBLIC_NAMES),
        column("入职日期", "started_on", c.day, "入职时间 开始日期 上岗日期"),
        column("离职日期", "ended_on", c.day, "离职时间 结束日期 离岗日期"),
    ),
    (
        Part(
            "employments",
            _same(
                "person_index",
                "uscc",
                "shown",
                "post",
                "handles_food",
                "serves_public",
                "started_on",
                "ended_on",
            ),
        ),
    ),
    orders=(("started_on", "ended_on"),),
)

_CERTIFICATES = Kind(
    "certificates",
    "证件",
    (
        column("证件类型", "kind", c.certificate_kind, "证照类型 证书类型 证件种类", required=True),
        _holder(),
        column("证号", "number", c.number_text(60), "证件编号 证书编号 证照编号 许可证号 编号", privacy="private"),
        column("发证机关", "issuer", c.text(100), "发证单位 发证机构 签发机关"),
        column("发证日期", "issued_on", c.day, "签发日期 发证时间 办证日期"),
        column("有效期自", "valid_from", c.day, "有效期起 有效期开始 有效起始日期"),
        column("有效期至", "valid_to", c.expiry, _VALID_NAMES),
        column("最近签注日期", "endorsed_on", c.day, "签注日期 最近签注"),
        column("证件状态", "status", c.certificate_status, "状态 证照状态"),
    ),
    (
        Part(
            "certificates",
            _same(
                "kind", "holder", "shown", "number", "issuer", "issued_on", "valid_from", "valid_to", "endorsed_on", "status",
            ),
        ),
    ),
    orders=(("issued_on", "valid_to"), ("valid_from", "valid_to")),
)  # fmt: skip

_ENROLMENTS = Kind(
    "enrolments",
    "政策享受",
    (
        column("政策代码", "policy", c.policy, "政策 政策名称 补贴项目 待遇名称", required=True),
        _holder(),
        column("状态", "state", c.enrolment_state, "享受状态 办理状态 发放状态", required=True),
        column("开始日期", "started_on", c.day, "享受开始日期 起始日期 开始享受日期"),
        column("结束日期", "ended_on", c.day, "享受结束日期 终止日期 停发日期"),
        column("金额", "amount", c.amount, "补贴金额 发放金额 月标准"),
        column("最近确认日期", "last_confirmed_on", c.day, "确认日期 最近核实日期"),
        column("再次告知日期", "revisit_on", c.day, "回访日期"),
    ),
    (
        Part(
            "enrolments",
            _same(
                "policy", "holder", "shown", "state", "started_on", "ended_on", "amount", "last_confirmed_on", "revisit_on",
            ),
        ),
    ),
    orders=(("started_on", "ended_on"),),
)  # fmt: skip

_DISABILITIES = Kind(
    "disabilities",
    "残疾证",
    (
        _identity(),
        column(
            "残疾证号", "number", c.number_text(40), "残疾人证号 残疾人证编号 残疾证编号", privacy="identity"
        ),
        column("残疾类别", "kind", c.disability_kind, "残疾类型 残疾种类", required=True),
        column("残疾等级", "grade", c.disability_grade, "残疾级别 等级", required=True),
        column("发证日期", "issued_on", c.day, "签发日期 发证时间"),
        column("有效期至", "valid_to", c.expiry, _VALID_NAMES),
    ),
    (
        Part(
            "disabilities", _same("person_index", "shown", "number", "kind", "grade", "issued_on", "valid_to")
        ),
    ),
    orders=(("issued_on", "valid_to"),),
)

_HOUSEHOLDS = Kind(
    "households",
    "家庭",
    (
        column("户号", "number", c.number_text(40), "家庭编号 户编号 户口簿号", required=True),
        _identity(header="户主身份证号", names="户主身份证号码 户主证件号码 户主证件号", required=False),
        column("居住地编码", "live_code", c.division, "居住地区划 居住社区编码 社区编码 现住地编码", privacy="code"),
        column("人口数", "size", c.count, "家庭人口 家庭人数 人口"),
        column("人均月收入", "income_pc_month", c.amount, "家庭人均月收入 月人均收入 人均收入", privacy="private"),
        column("财产符合规定", "assets_ok", c.yes_no, "财产是否符合规定"),
        column("救助类型", "aid_type", c.aid_type, "救助类别 困难类型"),
        column("救助开始日期", "aid_from", c.day, "救助起始日期"),
        column("救助复核到期日", "aid_review_due", c.day, "复核到期日 下次复核日期"),
        column("计划生育特殊家庭", "special_family", c.yes_no, "计生特殊家庭"),
        column("独生子女证领取日期", "one_child_cert_on", c.day, "独生子女证日期"),
    ),
    (
        Part(
            "households",
            _same(
                "number", "shown", "live_code", "size", "income_pc_month", "assets_ok", "aid_type", "aid_from",
                "aid_review_due", "special_family", "one_child_cert_on", head_index="person_index",
            ),
        ),
    ),
)  # fmt: skip

_DIVISIONS = Kind(
    "divisions",
    "区划",
    (
        column(
            "编码",
            "code",
            c.any_division,
            "代码 区划代码 区划编码 网格编码 统计用区划代码",
            required=True,
            privacy="code",
        ),
        column("名称", "name", c.text(80), "区划名称 网格名称", required=True),
        column("级别", "level", c.division_level, "层级 区划级别"),
        column(
            "上级编码",
            "parent_code",
            c.division,
            "上级代码 上级区划代码 父级编码 所属社区编码",
            privacy="code",
        ),
    ),
    (Part("divisions", _same("code", "prefix", "name", "level", "parent_code")),),
)

_SERVICE_EVENTS = Kind(
    "service_events",
    "服务记录",
    (
        _identity(),
        column("服务类型", "kind", c.service_kind, "服务项目 服务种类", required=True),
        column("服务日期", "happened_on", c.past_day, "服务时间 日期 完成日期", required=True),
        column("下次日期", "next_due_on", c.day, "下次服务日期"),
    ),
    (Part("service_events", _same("person_index", "shown", "kind", "happened_on", "next_due_on")),),
)

_SURVEY = Kind(
    "survey",
    "摸排表",
    (
        column(
            "企业名称", "enterprise_name", c.text(120), "单位名称 店名 经营主体名称 商户名称", required=True
        ),
        _uscc(),
        column("行业代码", "industry", c.industry, "行业 国民经济行业代码 所属行业代码", privacy="code"),
        column(
            "经营地编码",
            "site_code",
            c.division,
            "经营地区划 所在社区编码 经营地社区编码 社区编码",
            privacy="code",
        ),
        column("经营地址", "site_address", c.text(200), "店铺地址 经营场所 单位地址"),
        column("员工姓名", "name", c.text(60), "姓名 从业人员姓名 人员姓名", required=True, privacy="name"),
        _identity(names=f"{_ID_NAMES} 员工身份证号 从业人员身份证号"),
        column("居住地编码", "live_code", c.division, "员工居住地编码", privacy="code"),
        column(
            "员工联系电话", "phone", c.phone, "员工电话 员工手机 联系电话 手机号 手机号码", privacy="phone"
        ),
        column("岗位", "post", c.text(60), "工种 职务 工作岗位 岗位名称"),
        column("接触直接入口食品", "handles_food", c.yes_no, _HANDLES_NAMES),
        column("直接为顾客服务", "serves_public", c.yes_no, _PUBLIC_NAMES),
        column("入职日期", "started_on", c.day, "入职时间 上岗日期"),
        column("离职日期", "ended_on", c.day, "离职时间 离岗日期"),
        column(
            "健康证号", "number", c.number_text(60), "健康证编号 健康证明编号 健康证号码", privacy="private"
        ),
        column("健康证发证日期", "issued_on", c.day, "健康证办证日期 健康证签发日期"),
        column(
            "健康证有效期至", "valid_to", c.expiry, "健康证有效期 健康证到期日期 健康证到期日 健康证有效期限"
        ),
    ),
    (
        Part(
            "enterprises",
            _same("uscc", "industry", "site_code", name="enterprise_name", address="site_address"),
        ),
        Part("residents", _same("id_type", "id_number", "name", "sex", "birth_date", "live_code", "phone")),
        Part(
            "employments",
            _same(
                "person_index",
                "uscc",
                "shown",
                "post",
                "handles_food",
                "serves_public",
                "started_on",
                "ended_on",
            ),
        ),
        Part(
            "certificates",
            _same("shown", "number", "issued_on", "valid_to", kind="certificate_kind", holder="person_index"),
            when=("number", "valid_to"),
        ),
    ),
    carried=("enterprise_name", "uscc", "industry", "site_code", "site_address"),
    orders=(("started_on", "ended_on"), ("issued_on", "valid_to")),
)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _DIVISIONS, _RESIDENTS, _HOUSEHOLDS, _ENTERPRISES, _EMPLOYMENTS, _CERTIFICATES, _ENROLMENTS, _DISABILITIES,
        _SERVICE_EVENTS, _SURVEY,
    )
}  # fmt: skip
"""In the order in which a folder of files has to be imported: what refers comes after what it refers to."""
