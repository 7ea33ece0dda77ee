"""Other words offices write for the codes of service.tables.codes: word → code. Names and codes themselves need none."""

from __future__ import annotations

from collections.abc import Mapping


def _words(**groups: str) -> Mapping[str, str]:
    """`_c1="男性 M"` → {"男性": "1", "M": "1"}: keyword arguments cannot begin with a digit."""
    return {word.upper(): code.removeprefix("_c") for code, words in groups.items() for word in words.split()}


SEX = _words(_c1="男性 男士 M MALE", _c2="女性 女士 F FEMALE", _c0="未知的性别 不详", _c9="未说明的性别")
MARITAL = _words(
    _c10="未婚者 单身", _c20="已婚者 有配偶", _c21="初婚有配偶", _c22="再婚有配偶", _c23="复婚有配偶",
    _c30="丧偶者", _c40="离异 离婚者", _c90="未说明的婚姻状况 不详 未知",
)  # fmt: skip
FAMILY = _words(
    _c0="本人 本人或户主 户主本人 01 02", _c1="妻 妻子 夫 丈夫 爱人 10 11 12",
    _c2="儿子 子 长子 次子 三子 养子 继子 女婿 20 22 23 24 25 26 27 28 29",
    _c3="女儿 长女 次女 三女 养女 继女 儿媳 媳妇 30 32 33 34 35 36 37 38 39",
    _c4="孙子 孙女 孙 外孙 外孙子 外孙女 孙媳 孙女婿 曾孙 40 41 42 43 44 45 46 47 48 49",
    _c5="父 母 父亲 母亲 岳父 岳母 公公 婆婆 公 婆 继父 继母 养父 养母 50 51 52 53 54 55 56 57 58 59",
    _c6="祖父 祖母 爷爷 奶奶 外祖父 外祖母 外公 外婆 曾祖父 曾祖母 60 61 62 63 64 65 66 67 68 69",
    _c7="兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟 姐妹 嫂子 弟媳 姐夫 妹夫 70 71 72 73 74 75 76 77 78 79",
    _c8="其他亲属 非亲属 其他关系 保姆 亲戚 80 81 82 83 84 85 86 87 88 89 90 97 98 99",
)  # fmt: skip
CARE_LEVEL = _words(
    _c0="完好 能力完好型 正常 无 自理 生活自理 完全自理", _c1="轻度 轻度失能型 轻度受损 半自理", _c2="中度 中度失能型 中度受损 半失能",
    _c3="重度 重度失能型 重度受损 失能", _c4="完全失能型 完全丧失 完全不能自理",
)  # fmt: skip
DISABILITY_KIND = _words(
    _c1="视力 视残 盲", _c2="听力 听残", _c3="言语 语言 言语残", _c4="肢体 肢残", _c5="智力 智残", _c6="精神 精神残", _c7="多重 多重残",
)  # fmt: skip
DISABILITY_GRADE = _words(
    _c1="1级 I级 I 壹级 一", _c2="2级 II级 II 贰级 二", _c3="3级 III级 III 叁级 三", _c4="4级 IV级 IV 肆级 四"
)
ELDER_SITUATION = _words(
    empty_nest="空巢老人 空巢家庭 空巢老年人", left_behind="留守老人 留守老年人", none="否 没有 都不是 其他 正常 非空巢",
)  # fmt: skip
MEDICAL_INSURANCE = _words(
    employee="职工 城镇职工 城镇职工医保 职工基本医保 职工基本医疗保险 城镇职工基本医疗保险",
    resident="居民 城乡居民 城乡居民医保 城乡居民基本医保 居民基本医疗保险 城乡居民基本医疗保险 新农合",
    none="无 否 没有 未参加 未参加医保",
)  # fmt: skip
AID_TYPE = _words(
    none="否 没有 非救助对象 普通", dibao="低保户 最低生活保障 低保对象 城市低保 农村低保 低保家庭",
    edge="低边 低边户 低保边缘户 低保边缘家庭 最低生活保障边缘", rigid="支出型困难 支出型 刚性支出 刚性支出困难家庭",
    tekun="特困供养 特困人员 特困户 五保 五保户",
)  # fmt: skip
ENTERPRISE_KIND = _words(
    company="公司 有限公司 有限责任公司 股份有限公司 企业法人 分公司 合伙企业 个人独资企业", self_employed="个体户 个体 个体工商",
    nonprofit="民非 民办非企业单位 社会服务机构 社会组织 社会团体 社团 基金会", public="机关 事业单位 机关单位 行政机关",
    small_food="小作坊 小餐饮店 小餐饮 小食杂店 小食杂 食品摊贩 三小一摊", other="其它",
)  # fmt: skip
ENTERPRISE_SIZE = _words(large="大 大型企业", medium="中 中型企业", small="小 小型企业", micro="微 微型企业")
EQUIPMENT_KIND = _words(
    LIFT="乘客电梯 载人电梯 载货电梯 自动扶梯 扶梯 杂物电梯 曳引驱动乘客电梯", BOILER="蒸汽锅炉 热水锅炉 承压蒸汽锅炉",
    VESSEL="固定式压力容器 移动式压力容器", PIPE="工业管道", CRANE="起重机 行车", RIDE="游乐设施", ROPEWAY="索道",
    VEHICLE="叉车 厂内机动车 厂内机动车辆 场(厂)内专用机动车辆 厂内专用机动车辆",
)  # fmt: skip
ENTERPRISE_STATUS = _words(
    open="在业 在营 开业 营业 正常 经营 存续(在营、开业、在册) 在册", closed="已注销 停业 歇业 关闭",
    revoked="吊销未注销 已吊销 吊销,未注销", moved="已迁出 搬迁",
)  # fmt: skip
CERTIFICATE_KIND = _words(
    HEALTH_FOOD="健康证 食品健康证 食品从业人员健康证 食品从业人员健康证明 餐饮健康证 从业人员健康证 健康证明 健康证(食品)",
    HEALTH_PUBLIC="公共场所健康证 公共场所从业人员健康证 公共场所从业人员健康证明 健康证(公共场所)",
    FOOD_LICENCE="食品经营许可 食品许可证 食品经营备案 餐饮服务许可证", SMALL_FOOD_REG="小餐饮登记 小餐饮店登记证 小作坊登记证 小食杂店登记证",
    HYGIENE_LICENCE="卫生许可证 卫生许可", RESIDENCE="浙江省居住证 暂住证", ID_CARD="身份证 居民身份证件", DISABILITY="残疾证 中华人民共和国残疾人证",
    VETERAN_CARD="退役军人优待证 军人优待证", SPECIAL_WORK="特种作业证 特种作业操作资格证", LIFT="电梯登记证 电梯使用证", FIRE_TEST="消防检测",
)  # fmt: skip
CERTIFICATE_STATUS = _words(
    valid="正常 生效", revoked="已吊销 撤销 已撤销", cancelled="已注销 作废", lost="遗失 已挂失"
)
POLICY = _words(
    HIGH_AGE="高龄补贴 高龄老人津贴 尊老金", DISAB_LIVING="残疾人生活补贴 生活补贴", DISAB_NURSING="残疾人护理补贴 护理补贴 重残护理补贴",
    CARE_SUBSIDY="养老服务 居家养老服务补贴", DIBAO="低保 最低生活保障金", EDGE="低保边缘 低边", TEKUN="特困 特困人员供养",
    SPECIAL_FAMILY="特扶 计生特殊家庭扶助 特别扶助", ONE_CHILD="独生子女奖励 独生子女父母奖励金", CHILD_CARE="育儿津贴",
    LONG_TERM_CARE="长护险 长期照护保险", UNEMPLOYMENT="失业金", STABLE_JOBS="稳岗补贴 失业保险稳岗返还",
    RIGID="刚性支出困难 支出型困难", MEDICAL_AID="医疗救助金", TEMPORARY_AID="临时救助金",
)  # fmt: skip
ENROLMENT_STATE = _words(
    candidate="待核实 待核查", offered="已通知", declined="放弃 自愿放弃 拒绝 不愿意",
    applied="申请中 已受理 已申报", approved="审批通过 已审批 通过",
    paid="享受中 已发放 在享 发放 正常 正常发放", suspended="暂停发放 停发待查", stopped="停发 已停发 终止 取消",
)  # fmt: skip
SERVICE_KIND = _words(
    VISIT="走访 探访关爱 上门 入户 探视", CHECKUP65="老人体检 65岁体检 65岁以上老年人体检 健康体检 年度体检 体检", CERVICAL="宫颈癌检查 宫颈癌",
    BREAST="乳腺癌检查 乳腺癌", VACCINE="疫苗接种 接种 疫苗", MATERNAL_BOOK="母子手册 孕产妇建册 建册", ASSESS="评估 老年人能力评估 失能评估",
    ELDER_CARD_INFO="优待告知 老年优待证告知", AID="救助 救助核查",
)  # fmt: skip
DIVISION_LEVEL = _words(
    province="省级 自治区 直辖市", city="地级市 市级 地级", county="区 县 县级 区县级 县级市 市辖区",
    street="乡镇 镇 乡 街道级 乡级 乡镇街道 town township",
    community="村 居委会 村委会 村级 社区级 村社 village", grid="网格级 微网格",
)  # fmt: skip
