"""Where every fact came from: changesets, their changes, corrections, and imports with their rejected rows."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Date, Index, Integer, Table, Text, UniqueConstraint, text

from service.tables.columns import Instant, Key, choice, key, metadata, plain, reference

changesets = Table(
    "changesets",
    metadata,
    key("changeset_id"),
    choice(
        "source", "来源",
        {"import": "导入", "visit": "走访", "enterprise": "企业上报", "admin": "后台修改", "feed": "数据对接"},
    ),
    plain("actor_id", Key, "经办账号"),
    plain("recorded_at", Instant(), "时间", nullable=False),
    plain("whole", Boolean(), "要求全量扫描", nullable=False, server_default=text("false")),
    plain("note", Text(), "说明"),
    # No foreign key: on SQLite it could only be added by writing the table anew.
    plain("scan_id", Key, "由哪次扫描处理", index=True),
    # What no scan has taken yet: found by what is committed, so that a transaction that commits late is not passed over.
    Index(
        "ix_changesets_waiting", "changeset_id",
        postgresql_where=text("scan_id IS NULL"), sqlite_where=text("scan_id IS NULL"),
    ),
    info={"label": "变更批次"},
)  # fmt: skip

changes = Table(
    "changes",
    metadata,
    key("change_id"),
    reference("changeset_id", "changesets.changeset_id", "变更批次", index=False),
    plain("entity", Text(), "对象", nullable=False),
    plain("record_id", Key, "记录", nullable=False),
    plain("field", Text(), "字段（* 表示新建，- 表示删除）", nullable=False),
    plain("old_reference", Key, "原关联记录"),
    # A scan asks for the changes of one kind in some changesets, and reads nothing else of them.
    Index("ix_changes_what", "changeset_id", "entity", "field", "record_id", "old_reference"),
    # The highest key that was ever removed, so that none is given twice.
    Index(
        "ix_changes_gone",
        "entity",
        "record_id",
        postgresql_where=text("field = '-'"),
        sqlite_where=text("field = '-'"),
    ),
    info={"label": "变更"},
)

corrections = Table(
    "corrections",
    metadata,
    key("correction_id"),
    reference("changeset_id", "changesets.changeset_id", "变更批次"),
    plain("entity", Text(), "对象", nullable=False),
    plain("record_id", Key, "记录", nullable=False),
    plain("field", Text(), "字段", nullable=False),
    plain("value", JSON(), "更正值"),
    plain("replaced", JSON(), "当时的导入值"),
    plain("observed_on", Date(), "核实日期", nullable=False),
    UniqueConstraint("entity", "record_id", "field"),
    info={"label": "更正"},
)

imports = Table(
    "imports",
    metadata,
    key("import_id"),
    plain("kind", Text(), "数据种类", nullable=False),
    plain("file_name", Text(), "文件名", nullable=False),
    plain("digest", Text(), "文件摘要", nullable=False),
    plain("dry_run", Boolean(), "试运行", nullable=False),
    choice(
        "state", "状态",
        {"running": "进行中", "done": "完成", "failed": "失败"},
    ),
    plain("read", Integer(), "读取行数", nullable=False, server_default="0"),
    plain("good", Integer(), "合格行数", nullable=False, server_default="0"),
    plain("bad", Integer(), "问题行数", nullable=False, server_default="0"),
    plain("created", Integer(), "新建记录数", nullable=False, server_default="0"),
    plain("updated", Integer(), "更新记录数", nullable=False, server_default="0"),
    plain("unchanged", Integer(), "未变记录数", nullable=False, server_default="0"),
    plain("error", Text(), "失败原因"),
    reference("changeset_id", "changesets.changeset_id", "变更批次", nullable=True, index=False),
    plain("actor_id", Key, "经办账号"),
    plain("started_at", Instant(), "开始时间", nullable=False),
    plain("finished_at", Instant(), "结束时间"),
    info={"label": "导入"},
)  # fmt: skip

import_errors = Table(
    "import_errors",
    metadata,
    key("import_error_id"),
    reference("import_id", "imports.import_id", "导入"),
    plain("sheet", Text(), "工作表", nullable=False),
    plain("row_number", Integer(), "行号", nullable=False),
    plain("column_name", Text(), "列", nullable=False),
    plain("value", Text(), "值（已脱敏）", nullable=False),
    plain("code", Text(), "错误代码", nullable=False),
    choice("severity", "程度", {"error": "此行未导入", "warning": "已导入，请核对"}),
    plain("advice", Text(), "如何处理", nullable=False),
    info={"label": "导入问题"},
)
