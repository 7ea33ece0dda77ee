"""The sheet a community fills once (最多录一次): each row is a shop, a person, a post and a health certificate."""

from __future__ import annotations

from service.records import columns as c
from service.records.columns import column
from service.records.form import Kind, part, uscc
from service.records.forms_business import EMPLOYEE, INDUSTRY, POST, SITE_CODE

_SHOP = (
    column("企业名称", "enterprise_name", c.text(120), "单位名称 店名 经营主体名称 商户名称", required=True),
    uscc(),
    INDUSTRY,
    SITE_CODE,
    column("经营地址", "site_address", c.text(200), "店铺地址 经营场所 单位地址"),
)
_PERSON = (
    column("员工姓名", "name", c.text(60), "姓名 从业人员姓名 人员姓名", required=True, privacy="name"),
    EMPLOYEE,
    column("居住地编码", "live_code", c.division, "员工居住地编码", privacy="code"),
    column("员工联系电话", "phone", c.phone, "员工电话 员工手机 联系电话 手机号 手机号码", privacy="phone"),
)
_WORK = (
    *POST,
    column("入职日期", "started_on", c.day, "入职时间 上岗日期"),
    column("离职日期", "ended_on", c.day, "离职时间 离岗日期"),
)
_PERMIT = (
    column("健康证号", "number", c.number_text(60), "健康证编号 健康证明编号 健康证号码", privacy="private"),
    column("健康证发证日期", "issued_on", c.day, "健康证办证日期 健康证签发日期"),
    column("健康证有效期至", "valid_to", c.expiry, "健康证有效期 健康证到期日期 健康证到期日 健康证有效期限"),
)

SURVEY = Kind(
    "survey",
    "摸排表",
    (*_SHOP, *_PERSON, *_WORK, *_PERMIT),
    (
        part("enterprises", _SHOP, name="enterprise_name", address="site_address"),
        part(
            "residents", _PERSON,
            "id_type", "id_number", "sex", "birth_date", "derived_sex", "derived_birth_date",
        ),
        part("employments", _WORK, "person_index", "uscc", "shown"),
        part(
            "certificates", _PERMIT, "shown",
            when=("number", "valid_to"), kind="certificate_kind", holder="person_index",
        ),
    ),
    carried=tuple(column.field for column in _SHOP),
    orders=(("started_on", "ended_on"), ("issued_on", "valid_to")),
)  # fmt: skip
