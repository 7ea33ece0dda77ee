-- Generated from service/tables by `zhitui schema`; do not edit. PostgreSQL flavour; SQLite loads it too.

-- answered_requests: 已答复的请求
CREATE TABLE answered_requests (
  account_id BIGINT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_answered_requests PRIMARY KEY (account_id, idempotency_key)
);


-- archived_attempts: 归档的尝试
--   outcome = accepted: 受理
--   outcome = delivered: 送达
--   outcome = handed_over: 转交
--   outcome = retry: 稍后重试
--   outcome = rejected: 拒绝
--   outcome = misconfigured: 配置有误
--   outcome = gone: 地址失效
--   outcome = uncertain: 结果不明
--   outcome = throttled: 账户被限流
--   outcome = recalled: 撤回
--   outcome = not_recalled: 未能撤回
CREATE TABLE archived_attempts (
  attempt_id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  milliseconds INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  code TEXT,
  reason TEXT,
  provider_ref TEXT,
  archived_on DATE NOT NULL,
  CONSTRAINT pk_archived_attempts PRIMARY KEY (attempt_id)
);
CREATE INDEX ix_archived_attempts_delivery_id ON archived_attempts (delivery_id);


-- archived_deliveries: 归档的投递
--   status = ready: 待发送
--   status = leased: 发送中
--   status = accepted: 渠道已受理
--   status = delivered: 已送达
--   status = read: 已读
--   status = handed_over: 已转交，无法核实
--   status = dropped: 渠道丢弃
--   status = failed: 失败
--   status = dead: 多次失败，已停止
--   status = unknown: 结果不明
--   status = expired: 已过期
--   status = cancelled: 已取消
--   status = recalled: 已撤回
CREATE TABLE archived_deliveries (
  delivery_id BIGINT NOT NULL,
  notification_id BIGINT NOT NULL,
  step INTEGER NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  status TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  leased_at TIMESTAMP WITH TIME ZONE,
  lease_until TIMESTAMP WITH TIME ZONE,
  lease_by TEXT,
  attempts INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  provider_ref TEXT,
  last_code TEXT,
  last_reason TEXT,
  accepted_at TIMESTAMP WITH TIME ZONE,
  delivered_at TIMESTAMP WITH TIME ZONE,
  read_at TIMESTAMP WITH TIME ZONE,
  uncertain_at TIMESTAMP WITH TIME ZONE,
  sent_at TIMESTAMP WITH TIME ZONE,
  text_digest TEXT,
  call_key TEXT,
  check_at TIMESTAMP WITH TIME ZONE,
  recall_at TIMESTAMP WITH TIME ZONE,
  archived_on DATE NOT NULL,
  CONSTRAINT pk_archived_deliveries PRIMARY KEY (delivery_id)
);
CREATE INDEX ix_archived_deliveries_notification_id ON archived_deliveries (notification_id);


-- archived_notifications: 归档的通知
CREATE TABLE archived_notifications (
  notification_id BIGINT NOT NULL,
  dedupe_key TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  link TEXT,
  urgent BOOLEAN NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  archived_on DATE NOT NULL,
  CONSTRAINT pk_archived_notifications PRIMARY KEY (notification_id)
);
CREATE INDEX ix_archived_notifications_account_id ON archived_notifications (account_id);
CREATE INDEX ix_archived_notifications_created_at ON archived_notifications (created_at);


-- audit: 审计
--   success = yes: 成功
--   success = no: 失败
CREATE TABLE audit (
  audit_id BIGSERIAL NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  actor_id BIGINT,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  reason TEXT,
  success TEXT NOT NULL,
  detail JSON,
  previous TEXT NOT NULL,
  digest TEXT NOT NULL,
  CONSTRAINT pk_audit PRIMARY KEY (audit_id),
  CONSTRAINT ck_audit_success CHECK (success IN ('yes', 'no')),
  CONSTRAINT uq_audit_digest UNIQUE (digest)
);
CREATE INDEX ix_audit_actor_id_at ON audit (actor_id, at);


-- calendar_days: 工作日历
--   kind = work: 工作日
--   kind = rest: 休息日
CREATE TABLE calendar_days (
  day DATE NOT NULL,
  kind TEXT NOT NULL,
  note TEXT NOT NULL,
  CONSTRAINT pk_calendar_days PRIMARY KEY (day),
  CONSTRAINT ck_calendar_days_kind CHECK (kind IN ('work', 'rest'))
);


-- changesets: 变更批次
--   source = import: 导入
--   source = visit: 走访
--   source = enterprise: 企业上报
--   source = admin: 后台修改
--   source = feed: 数据对接
CREATE TABLE changesets (
  changeset_id BIGSERIAL NOT NULL,
  source TEXT NOT NULL,
  actor_id BIGINT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  whole BOOLEAN DEFAULT false NOT NULL,
  note TEXT,
  scan_id BIGINT,
  CONSTRAINT pk_changesets PRIMARY KEY (changeset_id),
  CONSTRAINT ck_changesets_source CHECK (source IN ('import', 'visit', 'enterprise', 'admin', 'feed'))
);
CREATE INDEX ix_changesets_scan_id ON changesets (scan_id);
CREATE INDEX ix_changesets_waiting ON changesets (changeset_id) WHERE scan_id IS NULL;


-- channel_accounts: 渠道账户
CREATE TABLE channel_accounts (
  channel_account_id BIGSERIAL NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  config TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  probed_at TIMESTAMP WITH TIME ZONE,
  disabled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_channel_accounts PRIMARY KEY (channel_account_id),
  CONSTRAINT uq_channel_accounts_name UNIQUE (name)
);


-- channel_months: 渠道月度用量
CREATE TABLE channel_months (
  channel TEXT NOT NULL,
  month TEXT NOT NULL,
  calls INTEGER DEFAULT '0' NOT NULL,
  CONSTRAINT pk_channel_months PRIMARY KEY (channel, month)
);


-- channel_rates: 渠道限速
CREATE TABLE channel_rates (
  channel TEXT NOT NULL,
  rate TEXT NOT NULL,
  grants JSON NOT NULL,
  CONSTRAINT pk_channel_rates PRIMARY KEY (channel, rate)
);


-- channel_states: 渠道状态
CREATE TABLE channel_states (
  channel TEXT NOT NULL,
  held_until TIMESTAMP WITH TIME ZONE,
  held_code TEXT,
  held_reason TEXT,
  failures INTEGER DEFAULT '0' NOT NULL,
  open_until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_channel_states PRIMARY KEY (channel)
);


-- divisions: 区划
--   level = province: 省
--   level = city: 市
--   level = county: 区县
--   level = street: 街道
--   level = community: 社区
--   level = grid: 网格
CREATE TABLE divisions (
  code TEXT NOT NULL,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  level TEXT NOT NULL,
  parent_code TEXT,
  CONSTRAINT pk_divisions PRIMARY KEY (code),
  CONSTRAINT uq_divisions_prefix UNIQUE (prefix),
  CONSTRAINT ck_divisions_level CHECK (level IN ('province', 'city', 'county', 'street', 'community', 'grid'))
);


-- duty_items: 履职清单
--   kind = main: 基本履职
--   kind = assist: 配合履职
--   kind = adhoc: 临时事项
--   kind = withdrawn: 上级收回
CREATE TABLE duty_items (
  duty TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  department TEXT NOT NULL,
  basis TEXT NOT NULL,
  valid_to DATE,
  CONSTRAINT pk_duty_items PRIMARY KEY (duty),
  CONSTRAINT ck_duty_items_kind CHECK (kind IN ('main', 'assist', 'adhoc', 'withdrawn'))
);


-- extension_fields: 扩展字段
--   kind = int: 整数
--   kind = decimal: 小数
--   kind = text: 文字
--   kind = bool: 是否
--   kind = date: 日期
--   missing = none: 没有此事
--   missing = unknown: 没有登记
--   sensitivity = public: 公开
--   sensitivity = internal: 内部
--   sensitivity = private: 个人信息
--   sensitivity = sensitive: 敏感个人信息
CREATE TABLE extension_fields (
  extension_field_id BIGSERIAL NOT NULL,
  entity TEXT NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  kind TEXT NOT NULL,
  codes JSON,
  unit TEXT,
  missing TEXT NOT NULL,
  sensitivity TEXT NOT NULL,
  actor_id BIGINT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  retired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_extension_fields PRIMARY KEY (extension_field_id),
  CONSTRAINT ck_extension_fields_kind CHECK (kind IN ('int', 'decimal', 'text', 'bool', 'date')),
  CONSTRAINT ck_extension_fields_missing CHECK (missing IN ('none', 'unknown')),
  CONSTRAINT ck_extension_fields_sensitivity CHECK (sensitivity IN ('public', 'internal', 'private', 'sensitive'))
);
CREATE UNIQUE INDEX uq_extension_fields_entity_name ON extension_fields (entity, name);


-- forecasts: 预测
CREATE TABLE forecasts (
  rule TEXT NOT NULL,
  day DATE NOT NULL,
  division_code TEXT NOT NULL,
  expected INTEGER NOT NULL,
  CONSTRAINT pk_forecasts PRIMARY KEY (rule, day, division_code)
);
CREATE INDEX ix_forecasts_division_day ON forecasts (division_code, day);


-- job_runs: 作业记录
--   state = running: 进行中
--   state = done: 完成
--   state = failed: 失败
CREATE TABLE job_runs (
  job TEXT NOT NULL,
  day DATE NOT NULL,
  state TEXT NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  detail JSON,
  CONSTRAINT pk_job_runs PRIMARY KEY (job, day),
  CONSTRAINT ck_job_runs_state CHECK (state IN ('running', 'done', 'failed'))
);


-- parameters: 参数
--   kind = int: 整数
--   kind = decimal: 小数
--   kind = text: 文字
--   kind = date: 日期
--   kind = list: 列表
--   origin = pack: 规则包
--   origin = house: 本地登记
CREATE TABLE parameters (
  parameter_id BIGSERIAL NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  kind TEXT NOT NULL,
  division_code TEXT DEFAULT '' NOT NULL,
  effective_from DATE NOT NULL,
  effective_to DATE,
  value JSON,
  unit TEXT,
  source JSON,
  origin TEXT DEFAULT 'pack' NOT NULL,
  version INTEGER DEFAULT '1' NOT NULL,
  actor_id BIGINT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_parameters PRIMARY KEY (parameter_id),
  CONSTRAINT ck_parameters_kind CHECK (kind IN ('int', 'decimal', 'text', 'date', 'list')),
  CONSTRAINT ck_parameters_origin CHECK (origin IN ('pack', 'house'))
);
CREATE UNIQUE INDEX uq_parameters_name_division_from ON parameters (name, division_code, effective_from);


-- pending_lists: 清单待重排的人
CREATE TABLE pending_lists (
  account_id BIGINT NOT NULL,
  CONSTRAINT pk_pending_lists PRIMARY KEY (account_id)
);


-- pending_targets: 任务待整理的走访对象
--   target_kind = household: 户
--   target_kind = resident: 人
--   target_kind = enterprise: 单位
CREATE TABLE pending_targets (
  target_kind TEXT NOT NULL,
  target_id BIGINT NOT NULL,
  CONSTRAINT pk_pending_targets PRIMARY KEY (target_kind, target_id),
  CONSTRAINT ck_pending_targets_target_kind CHECK (target_kind IN ('household', 'resident', 'enterprise'))
);


-- retractions: 撤销
CREATE TABLE retractions (
  outcome_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_retractions PRIMARY KEY (outcome_id)
);


-- rule_versions: 规则版本
--   state = draft: 草稿
--   state = checked: 已检查
--   state = shadow: 试运行
--   state = approved: 已批准
--   state = active: 生效
--   state = retired: 停用
CREATE TABLE rule_versions (
  version_id BIGSERIAL NOT NULL,
  rule TEXT NOT NULL,
  version INTEGER NOT NULL,
  title TEXT NOT NULL,
  department TEXT NOT NULL,
  advice TEXT NOT NULL,
  minutes INTEGER DEFAULT '10' NOT NULL,
  document TEXT NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  effective_from DATE NOT NULL,
  effective_to DATE,
  actor_id BIGINT,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_rule_versions PRIMARY KEY (version_id),
  CONSTRAINT ck_rule_versions_state CHECK (state IN ('draft', 'checked', 'shadow', 'approved', 'active', 'retired'))
);
CREATE UNIQUE INDEX uq_rule_versions_active ON rule_versions (rule) WHERE state = 'active';
CREATE UNIQUE INDEX uq_rule_versions_rule_version ON rule_versions (rule, version);


-- scan_events: 扫描记录
--   kind = begun: 开始
--   kind = judged: 一条规则完成
--   kind = failed: 一条规则失败
--   kind = ended: 结束
--   state = running: 进行中
--   state = done: 完成
--   state = incomplete: 部分规则失败
--   state = failed: 失败
CREATE TABLE scan_events (
  scan_event_id BIGSERIAL NOT NULL,
  scan_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  rule TEXT,
  state TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_scan_events PRIMARY KEY (scan_event_id),
  CONSTRAINT ck_scan_events_kind CHECK (kind IN ('begun', 'judged', 'failed', 'ended')),
  CONSTRAINT ck_scan_events_state CHECK (state IN ('running', 'done', 'incomplete', 'failed'))
);


-- scans: 扫描
--   state = running: 进行中
--   state = done: 完成
--   state = incomplete: 部分规则失败
--   state = failed: 失败
CREATE TABLE scans (
  scan_id BIGSERIAL NOT NULL,
  as_of DATE NOT NULL,
  state TEXT NOT NULL,
  only_rule TEXT,
  whole BOOLEAN DEFAULT false NOT NULL,
  untouched INTEGER DEFAULT '0' NOT NULL,
  actor_id BIGINT,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_scans PRIMARY KEY (scan_id),
  CONSTRAINT ck_scans_state CHECK (state IN ('running', 'done', 'incomplete', 'failed'))
);
CREATE INDEX ix_scans_running ON scans (scan_id) WHERE state = 'running';


-- sign_in_failures: 登录失败
CREATE TABLE sign_in_failures (
  sign_in_failure_id BIGSERIAL NOT NULL,
  login TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_sign_in_failures PRIMARY KEY (sign_in_failure_id)
);
CREATE INDEX ix_sign_in_failures_login_at ON sign_in_failures (login, at);


-- undecided: 无法判断的对象
CREATE TABLE undecided (
  rule TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  fact TEXT NOT NULL,
  CONSTRAINT pk_undecided PRIMARY KEY (rule, subject_id, fact)
);


-- changes: 变更
CREATE TABLE changes (
  change_id BIGSERIAL NOT NULL,
  changeset_id BIGINT NOT NULL,
  entity TEXT NOT NULL,
  record_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  old_reference BIGINT,
  CONSTRAINT pk_changes PRIMARY KEY (change_id),
  CONSTRAINT fk_changes_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_changes_gone ON changes (entity, record_id) WHERE field = '-';
CREATE INDEX ix_changes_what ON changes (changeset_id, entity, field, record_id, old_reference);


-- corrections: 更正
CREATE TABLE corrections (
  correction_id BIGSERIAL NOT NULL,
  changeset_id BIGINT NOT NULL,
  entity TEXT NOT NULL,
  record_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  value JSON,
  replaced JSON,
  observed_on DATE NOT NULL,
  CONSTRAINT pk_corrections PRIMARY KEY (correction_id),
  CONSTRAINT uq_corrections_entity_record_id_field UNIQUE (entity, record_id, field),
  CONSTRAINT fk_corrections_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_corrections_changeset_id ON corrections (changeset_id);


-- enterprises: 企业
CREATE TABLE enterprises (
  enterprise_id BIGSERIAL NOT NULL,
  uscc TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT,
  industry TEXT,
  size TEXT,
  public_venue BOOLEAN,
  site_code TEXT,
  grid_code TEXT,
  address TEXT,
  contact_name TEXT,
  phone TEXT,
  phone_index TEXT,
  established_on DATE,
  annual_report_year INTEGER,
  insured_n INTEGER,
  unemployment_paid_months INTEGER,
  layoff_rate NUMERIC(6, 4),
  status TEXT,
  synthetic BOOLEAN DEFAULT false NOT NULL,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_enterprises PRIMARY KEY (enterprise_id),
  CONSTRAINT uq_enterprises_uscc UNIQUE (uscc),
  CONSTRAINT fk_enterprises_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_enterprises_established_on ON enterprises (established_on) WHERE established_on IS NOT NULL;
CREATE INDEX ix_enterprises_grid_code ON enterprises (grid_code);
CREATE INDEX ix_enterprises_site_code ON enterprises (site_code);


-- forecast_rules: 规则预测
CREATE TABLE forecast_rules (
  rule TEXT NOT NULL,
  scan_id BIGINT NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE,
  judged INTEGER DEFAULT '0' NOT NULL,
  whole_days INTEGER DEFAULT '0' NOT NULL,
  error TEXT,
  milliseconds INTEGER DEFAULT '0' NOT NULL,
  CONSTRAINT pk_forecast_rules PRIMARY KEY (rule),
  CONSTRAINT fk_forecast_rules_scan_id FOREIGN KEY(scan_id) REFERENCES scans (scan_id)
);


-- households: 家庭
CREATE TABLE households (
  household_id BIGSERIAL NOT NULL,
  number TEXT NOT NULL,
  head_id BIGINT,
  live_code TEXT,
  size INTEGER,
  income_pc_month NUMERIC(12, 2),
  assets_ok BOOLEAN,
  aid_type TEXT,
  aid_from DATE,
  aid_review_due DATE,
  special_family BOOLEAN,
  one_child_cert_on DATE,
  essential_spend_ratio NUMERIC(5, 4),
  med_self_pay_12m NUMERIC(12, 2),
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_households PRIMARY KEY (household_id),
  CONSTRAINT uq_households_number UNIQUE (number),
  CONSTRAINT fk_households_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_households_aid_review_due ON households (aid_review_due) WHERE aid_review_due IS NOT NULL;
CREATE INDEX ix_households_live_code ON households (live_code);


-- imports: 导入
--   state = running: 进行中
--   state = done: 完成
--   state = failed: 失败
CREATE TABLE imports (
  import_id BIGSERIAL NOT NULL,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  digest TEXT NOT NULL,
  dry_run BOOLEAN NOT NULL,
  state TEXT NOT NULL,
  read INTEGER DEFAULT '0' NOT NULL,
  good INTEGER DEFAULT '0' NOT NULL,
  bad INTEGER DEFAULT '0' NOT NULL,
  created INTEGER DEFAULT '0' NOT NULL,
  updated INTEGER DEFAULT '0' NOT NULL,
  unchanged INTEGER DEFAULT '0' NOT NULL,
  error TEXT,
  changeset_id BIGINT,
  actor_id BIGINT,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_imports PRIMARY KEY (import_id),
  CONSTRAINT ck_imports_state CHECK (state IN ('running', 'done', 'failed')),
  CONSTRAINT fk_imports_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);


-- learned_facts: 可撤销的更正
CREATE TABLE learned_facts (
  learned_fact_id BIGSERIAL NOT NULL,
  changeset_id BIGINT NOT NULL,
  entity TEXT NOT NULL,
  record_id BIGINT NOT NULL,
  field TEXT NOT NULL,
  before JSON,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_learned_facts PRIMARY KEY (learned_fact_id),
  CONSTRAINT fk_learned_facts_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_learned_facts_at ON learned_facts (at);
CREATE INDEX ix_learned_facts_changeset_id ON learned_facts (changeset_id);


-- rule_activations: 规则启用记录
CREATE TABLE rule_activations (
  activation_id BIGSERIAL NOT NULL,
  rule TEXT NOT NULL,
  version_id BIGINT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE,
  CONSTRAINT pk_rule_activations PRIMARY KEY (activation_id),
  CONSTRAINT fk_rule_activations_version_id FOREIGN KEY(version_id) REFERENCES rule_versions (version_id)
);
CREATE INDEX ix_rule_activations_rule_from ON rule_activations (rule, from_on);
CREATE INDEX ix_rule_activations_version_id ON rule_activations (version_id);


-- rule_progress: 规则进度
CREATE TABLE rule_progress (
  rule TEXT NOT NULL,
  scan_id BIGINT NOT NULL,
  version_id BIGINT NOT NULL,
  as_of DATE NOT NULL,
  question TEXT NOT NULL,
  CONSTRAINT pk_rule_progress PRIMARY KEY (rule),
  CONSTRAINT fk_rule_progress_scan_id FOREIGN KEY(scan_id) REFERENCES scans (scan_id),
  CONSTRAINT fk_rule_progress_version_id FOREIGN KEY(version_id) REFERENCES rule_versions (version_id)
);


-- scan_rules: 规则扫描
--   state = running: 正在写入
--   state = done: 完成
--   state = failed: 失败，保留原有结果
--   mode = full: 全量
--   mode = delta: 增量
--   why_full = first: 首次扫描
--   why_full = version: 规则换了版本
--   why_full = question: 参数、日历或字段有变化
--   why_full = day: 当天换了另一种问法
--   why_full = whole: 有整批导入
--   why_full = many: 变化的太多
--   why_full = asked: 要求全量
--   why_full = back: 日期比上次早
CREATE TABLE scan_rules (
  scan_rule_id BIGSERIAL NOT NULL,
  scan_id BIGINT NOT NULL,
  rule TEXT NOT NULL,
  version_id BIGINT,
  state TEXT NOT NULL,
  mode TEXT DEFAULT 'full' NOT NULL,
  why_full TEXT,
  candidates INTEGER,
  matched INTEGER DEFAULT '0' NOT NULL,
  unknown INTEGER DEFAULT '0' NOT NULL,
  missing JSON,
  opened INTEGER DEFAULT '0' NOT NULL,
  resolved INTEGER DEFAULT '0' NOT NULL,
  withdrawn INTEGER DEFAULT '0' NOT NULL,
  updated INTEGER DEFAULT '0' NOT NULL,
  error TEXT,
  milliseconds INTEGER DEFAULT '0' NOT NULL,
  CONSTRAINT pk_scan_rules PRIMARY KEY (scan_rule_id),
  CONSTRAINT fk_scan_rules_scan_id FOREIGN KEY(scan_id) REFERENCES scans (scan_id),
  CONSTRAINT fk_scan_rules_version_id FOREIGN KEY(version_id) REFERENCES rule_versions (version_id),
  CONSTRAINT ck_scan_rules_state CHECK (state IN ('running', 'done', 'failed')),
  CONSTRAINT ck_scan_rules_mode CHECK (mode IN ('full', 'delta')),
  CONSTRAINT ck_scan_rules_why_full CHECK (why_full IN ('first', 'version', 'question', 'day', 'whole', 'many', 'asked', 'back'))
);
CREATE INDEX ix_scan_rules_scan_id ON scan_rules (scan_id);
CREATE UNIQUE INDEX uq_scan_rules_scan_rule ON scan_rules (scan_id, rule);


-- accounts: 账号
--   role = worker: 社区工作者
--   role = supervisor: 社区或街道负责人
--   role = department: 部门
--   role = enterprise: 企业联系人
--   role = rule_editor: 规则编辑
--   role = approver: 规则审批
--   role = system_admin: 系统管理员
--   role = security_admin: 安全管理员
--   role = auditor: 审计员
CREATE TABLE accounts (
  account_id BIGSERIAL NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  division_code TEXT,
  enterprise_id BIGINT,
  department TEXT,
  password_hash TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  disabled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_accounts PRIMARY KEY (account_id),
  CONSTRAINT uq_accounts_login UNIQUE (login),
  CONSTRAINT ck_accounts_role CHECK (role IN ('worker', 'supervisor', 'department', 'enterprise', 'rule_editor', 'approver', 'system_admin', 'security_admin', 'auditor')),
  CONSTRAINT fk_accounts_enterprise_id FOREIGN KEY(enterprise_id) REFERENCES enterprises (enterprise_id)
);
CREATE INDEX ix_accounts_enterprise_id ON accounts (enterprise_id);


-- equipment: 特种设备
CREATE TABLE equipment (
  equipment_id BIGSERIAL NOT NULL,
  enterprise_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  tested_on DATE,
  next_test_on DATE,
  retired_on DATE,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_equipment PRIMARY KEY (equipment_id),
  CONSTRAINT fk_equipment_enterprise_id FOREIGN KEY(enterprise_id) REFERENCES enterprises (enterprise_id),
  CONSTRAINT uq_equipment_number UNIQUE (number),
  CONSTRAINT fk_equipment_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_equipment_enterprise_id ON equipment (enterprise_id);
CREATE INDEX ix_equipment_next_test_on ON equipment (next_test_on) WHERE next_test_on IS NOT NULL;


-- import_errors: 导入问题
--   severity = error: 此行未导入
--   severity = warning: 已导入，请核对
CREATE TABLE import_errors (
  import_error_id BIGSERIAL NOT NULL,
  import_id BIGINT NOT NULL,
  sheet TEXT NOT NULL,
  row_number INTEGER NOT NULL,
  column_name TEXT NOT NULL,
  value TEXT NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  advice TEXT NOT NULL,
  CONSTRAINT pk_import_errors PRIMARY KEY (import_error_id),
  CONSTRAINT fk_import_errors_import_id FOREIGN KEY(import_id) REFERENCES imports (import_id),
  CONSTRAINT ck_import_errors_severity CHECK (severity IN ('error', 'warning'))
);
CREATE INDEX ix_import_errors_import_id ON import_errors (import_id);


-- residents: 居民
CREATE TABLE residents (
  resident_id BIGSERIAL NOT NULL,
  id_type TEXT DEFAULT 'RESIDENT_ID' NOT NULL,
  id_number TEXT NOT NULL,
  id_number_index TEXT NOT NULL,
  id_valid_to DATE,
  name TEXT NOT NULL,
  sex TEXT,
  birth_date DATE,
  death_on DATE,
  marital TEXT,
  hukou_code TEXT,
  live_code TEXT,
  grid_code TEXT,
  address TEXT,
  live_since DATE,
  registered_on DATE,
  moved_out_on DATE,
  phone TEXT,
  phone_index TEXT,
  household_id BIGINT,
  relation TEXT,
  lives_alone BOOLEAN,
  care_level INTEGER,
  care_assessed_on DATE,
  is_veteran BOOLEAN,
  elder_situation TEXT,
  can_work BOOLEAN,
  has_income BOOLEAN,
  has_supporter BOOLEAN,
  in_school BOOLEAN,
  medical_insurance TEXT,
  medical_paid_year INTEGER,
  unemployment_months INTEGER,
  unemployed_on DATE,
  unemployed_involuntary BOOLEAN,
  unemployment_registered_on DATE,
  synthetic BOOLEAN DEFAULT false NOT NULL,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_residents PRIMARY KEY (resident_id),
  CONSTRAINT uq_residents_id_number_index UNIQUE (id_number_index),
  CONSTRAINT fk_residents_household_id FOREIGN KEY(household_id) REFERENCES households (household_id),
  CONSTRAINT fk_residents_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_residents_birth_date ON residents (birth_date);
CREATE INDEX ix_residents_care_assessed_on ON residents (care_assessed_on) WHERE care_assessed_on IS NOT NULL;
CREATE INDEX ix_residents_death_on ON residents (death_on) WHERE death_on IS NOT NULL;
CREATE INDEX ix_residents_grid_code ON residents (grid_code);
CREATE INDEX ix_residents_household_id ON residents (household_id);
CREATE INDEX ix_residents_hukou_code ON residents (hukou_code);
CREATE INDEX ix_residents_live_code ON residents (live_code);
CREATE INDEX ix_residents_live_since ON residents (live_since) WHERE live_since IS NOT NULL;
CREATE INDEX ix_residents_unemployment_registered_on ON residents (unemployment_registered_on) WHERE unemployment_registered_on IS NOT NULL;


-- absences: 离岗
CREATE TABLE absences (
  absence_id BIGSERIAL NOT NULL,
  account_id BIGINT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  CONSTRAINT pk_absences PRIMARY KEY (absence_id),
  CONSTRAINT fk_absences_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE INDEX ix_absences_account_id ON absences (account_id);


-- addresses: 推送地址
CREATE TABLE addresses (
  address_id BIGSERIAL NOT NULL,
  account_id BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  disabled_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_addresses PRIMARY KEY (address_id),
  CONSTRAINT uq_addresses_account_id_channel UNIQUE (account_id, channel),
  CONSTRAINT fk_addresses_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE INDEX ix_addresses_account_id ON addresses (account_id);


-- certificates: 证件
CREATE TABLE certificates (
  certificate_id BIGSERIAL NOT NULL,
  kind TEXT NOT NULL,
  resident_id BIGINT,
  enterprise_id BIGINT,
  number TEXT DEFAULT '' NOT NULL,
  issuer TEXT,
  issued_on DATE,
  valid_from DATE,
  valid_to DATE,
  endorsed_on DATE,
  review_due_on DATE,
  status TEXT DEFAULT 'valid' NOT NULL,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_certificates PRIMARY KEY (certificate_id),
  CONSTRAINT ck_certificates_one_holder CHECK ((resident_id IS NULL) <> (enterprise_id IS NULL)),
  CONSTRAINT fk_certificates_resident_id FOREIGN KEY(resident_id) REFERENCES residents (resident_id),
  CONSTRAINT fk_certificates_enterprise_id FOREIGN KEY(enterprise_id) REFERENCES enterprises (enterprise_id),
  CONSTRAINT fk_certificates_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_certificates_endorsed_on ON certificates (endorsed_on) WHERE endorsed_on IS NOT NULL;
CREATE INDEX ix_certificates_enterprise_id ON certificates (enterprise_id);
CREATE INDEX ix_certificates_issued_on ON certificates (issued_on) WHERE issued_on IS NOT NULL;
CREATE INDEX ix_certificates_resident_id ON certificates (resident_id);
CREATE INDEX ix_certificates_review_due_on ON certificates (review_due_on) WHERE review_due_on IS NOT NULL;
CREATE INDEX ix_certificates_valid_to ON certificates (valid_to) WHERE valid_to IS NOT NULL;
CREATE UNIQUE INDEX uq_certificates_enterprise_kind_number ON certificates (enterprise_id, kind, number) WHERE enterprise_id IS NOT NULL;
CREATE UNIQUE INDEX uq_certificates_resident_kind_number ON certificates (resident_id, kind, number) WHERE resident_id IS NOT NULL;


-- disabilities: 残疾证
CREATE TABLE disabilities (
  disability_id BIGSERIAL NOT NULL,
  resident_id BIGINT NOT NULL,
  number TEXT,
  number_index TEXT,
  kind TEXT NOT NULL,
  grade INTEGER NOT NULL,
  issued_on DATE,
  valid_to DATE,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_disabilities PRIMARY KEY (disability_id),
  CONSTRAINT ck_disabilities_grade CHECK (grade BETWEEN 1 AND 4),
  CONSTRAINT fk_disabilities_resident_id FOREIGN KEY(resident_id) REFERENCES residents (resident_id),
  CONSTRAINT fk_disabilities_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_disabilities_resident_id ON disabilities (resident_id);
CREATE INDEX ix_disabilities_valid_to ON disabilities (valid_to) WHERE valid_to IS NOT NULL;
CREATE UNIQUE INDEX uq_disabilities_resident_id_kind ON disabilities (resident_id, kind);


-- employments: 从业记录
CREATE TABLE employments (
  employment_id BIGSERIAL NOT NULL,
  resident_id BIGINT NOT NULL,
  enterprise_id BIGINT NOT NULL,
  post TEXT,
  handles_food BOOLEAN,
  serves_public BOOLEAN,
  started_on DATE,
  ended_on DATE,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_employments PRIMARY KEY (employment_id),
  CONSTRAINT fk_employments_resident_id FOREIGN KEY(resident_id) REFERENCES residents (resident_id),
  CONSTRAINT fk_employments_enterprise_id FOREIGN KEY(enterprise_id) REFERENCES enterprises (enterprise_id),
  CONSTRAINT fk_employments_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_employments_enterprise_id ON employments (enterprise_id);
CREATE INDEX ix_employments_resident_id ON employments (resident_id);
CREATE INDEX ix_employments_started_on ON employments (started_on) WHERE started_on IS NOT NULL;
CREATE UNIQUE INDEX uq_employments_resident_enterprise ON employments (resident_id, enterprise_id);


-- enrolments: 政策享受
CREATE TABLE enrolments (
  enrolment_id BIGSERIAL NOT NULL,
  policy TEXT NOT NULL,
  resident_id BIGINT,
  enterprise_id BIGINT,
  state TEXT NOT NULL,
  started_on DATE,
  ended_on DATE,
  amount NUMERIC(12, 2),
  last_confirmed_on DATE,
  revisit_on DATE,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_enrolments PRIMARY KEY (enrolment_id),
  CONSTRAINT ck_enrolments_one_holder CHECK ((resident_id IS NULL) <> (enterprise_id IS NULL)),
  CONSTRAINT fk_enrolments_resident_id FOREIGN KEY(resident_id) REFERENCES residents (resident_id),
  CONSTRAINT fk_enrolments_enterprise_id FOREIGN KEY(enterprise_id) REFERENCES enterprises (enterprise_id),
  CONSTRAINT fk_enrolments_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_enrolments_enterprise_id ON enrolments (enterprise_id);
CREATE INDEX ix_enrolments_last_confirmed_on ON enrolments (last_confirmed_on) WHERE last_confirmed_on IS NOT NULL;
CREATE INDEX ix_enrolments_resident_id ON enrolments (resident_id);
CREATE INDEX ix_enrolments_revisit_on ON enrolments (revisit_on) WHERE revisit_on IS NOT NULL;
CREATE INDEX ix_enrolments_started_on ON enrolments (started_on) WHERE started_on IS NOT NULL;
CREATE UNIQUE INDEX uq_enrolments_enterprise_policy ON enrolments (enterprise_id, policy) WHERE enterprise_id IS NOT NULL;
CREATE UNIQUE INDEX uq_enrolments_resident_policy ON enrolments (resident_id, policy) WHERE resident_id IS NOT NULL;


-- notifications: 通知
CREATE TABLE notifications (
  notification_id BIGSERIAL NOT NULL,
  dedupe_key TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  topic TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  link TEXT,
  urgent BOOLEAN DEFAULT false NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_notifications PRIMARY KEY (notification_id),
  CONSTRAINT uq_notifications_dedupe_key UNIQUE (dedupe_key),
  CONSTRAINT fk_notifications_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE INDEX ix_notifications_account ON notifications (account_id, created_at);
CREATE INDEX ix_notifications_created_at ON notifications (created_at);


-- posts: 网格岗位
--   role = main: 责任人
--   role = deputy: 替补
CREATE TABLE posts (
  post_id BIGSERIAL NOT NULL,
  account_id BIGINT NOT NULL,
  division_code TEXT NOT NULL,
  role TEXT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE,
  CONSTRAINT pk_posts PRIMARY KEY (post_id),
  CONSTRAINT fk_posts_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id),
  CONSTRAINT ck_posts_role CHECK (role IN ('main', 'deputy'))
);
CREATE INDEX ix_posts_account_id ON posts (account_id);
CREATE INDEX ix_posts_division_code ON posts (division_code);


-- pregnancies: 孕情
CREATE TABLE pregnancies (
  pregnancy_id BIGSERIAL NOT NULL,
  resident_id BIGINT NOT NULL,
  due_on DATE NOT NULL,
  booklet_on DATE,
  ended_on DATE,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_pregnancies PRIMARY KEY (pregnancy_id),
  CONSTRAINT fk_pregnancies_resident_id FOREIGN KEY(resident_id) REFERENCES residents (resident_id),
  CONSTRAINT fk_pregnancies_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_pregnancies_due_on ON pregnancies (due_on, resident_id);
CREATE INDEX ix_pregnancies_resident_id ON pregnancies (resident_id);
CREATE UNIQUE INDEX uq_pregnancies_resident_due ON pregnancies (resident_id, due_on);


-- service_events: 服务记录
CREATE TABLE service_events (
  service_event_id BIGSERIAL NOT NULL,
  resident_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  happened_on DATE NOT NULL,
  next_due_on DATE,
  extra JSON,
  changeset_id BIGINT,
  CONSTRAINT pk_service_events PRIMARY KEY (service_event_id),
  CONSTRAINT fk_service_events_resident_id FOREIGN KEY(resident_id) REFERENCES residents (resident_id),
  CONSTRAINT fk_service_events_changeset_id FOREIGN KEY(changeset_id) REFERENCES changesets (changeset_id)
);
CREATE INDEX ix_service_events_happened_on ON service_events (happened_on, resident_id);
CREATE INDEX ix_service_events_resident_id ON service_events (resident_id);
CREATE UNIQUE INDEX uq_service_events_resident_kind_day ON service_events (resident_id, kind, happened_on);


-- sessions: 登录会话
--   opened_by = login: 登录名和密码
--   opened_by = code: 扫码
--   type_size = normal: 标准
--   type_size = large: 大字
CREATE TABLE sessions (
  session_id BIGSERIAL NOT NULL,
  account_id BIGINT NOT NULL,
  digest TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  type_size TEXT NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_sessions PRIMARY KEY (session_id),
  CONSTRAINT fk_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id),
  CONSTRAINT uq_sessions_digest UNIQUE (digest),
  CONSTRAINT ck_sessions_opened_by CHECK (opened_by IN ('login', 'code')),
  CONSTRAINT ck_sessions_type_size CHECK (type_size IN ('normal', 'large'))
);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);


-- sign_in_codes: 扫码登录
CREATE TABLE sign_in_codes (
  sign_in_code_id BIGSERIAL NOT NULL,
  account_id BIGINT NOT NULL,
  issued_by BIGINT NOT NULL,
  digest TEXT NOT NULL,
  issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_sign_in_codes PRIMARY KEY (sign_in_code_id),
  CONSTRAINT fk_sign_in_codes_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id),
  CONSTRAINT fk_sign_in_codes_issued_by FOREIGN KEY(issued_by) REFERENCES accounts (account_id),
  CONSTRAINT uq_sign_in_codes_digest UNIQUE (digest)
);
CREATE INDEX ix_sign_in_codes_account_id ON sign_in_codes (account_id);


-- tasks: 任务
--   target_kind = household: 户
--   target_kind = resident: 人
--   target_kind = enterprise: 单位
--   grade = urgent: 紧急
--   grade = important: 重要
--   grade = normal: 一般
--   grade = low: 可缓
--   state = waiting: 待安排
--   state = planned: 已安排
--   state = started: 处理中
--   state = closed: 已办结
--   state = expired: 已过期
--   state = withdrawn: 已撤回
CREATE TABLE tasks (
  task_id BIGSERIAL NOT NULL,
  target_kind TEXT NOT NULL,
  target_id BIGINT NOT NULL,
  division_code TEXT DEFAULT '' NOT NULL,
  place TEXT DEFAULT '' NOT NULL,
  account_id BIGINT,
  grade TEXT NOT NULL,
  minutes INTEGER DEFAULT '20' NOT NULL,
  due_on DATE,
  visit_from DATE,
  opened_on DATE NOT NULL,
  planned_on DATE,
  state TEXT NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  note TEXT,
  handed_to BIGINT,
  CONSTRAINT pk_tasks PRIMARY KEY (task_id),
  CONSTRAINT ck_tasks_target_kind CHECK (target_kind IN ('household', 'resident', 'enterprise')),
  CONSTRAINT fk_tasks_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id),
  CONSTRAINT ck_tasks_grade CHECK (grade IN ('urgent', 'important', 'normal', 'low')),
  CONSTRAINT ck_tasks_state CHECK (state IN ('waiting', 'planned', 'started', 'closed', 'expired', 'withdrawn'))
);
CREATE INDEX ix_tasks_account_id ON tasks (account_id);
CREATE INDEX ix_tasks_account_state_planned ON tasks (account_id, state, planned_on);
CREATE INDEX ix_tasks_division_state ON tasks (division_code, state);
CREATE UNIQUE INDEX uq_tasks_open_target ON tasks (target_kind, target_id) WHERE state IN ('waiting', 'planned', 'started');


-- tokens: 访问令牌
CREATE TABLE tokens (
  token_id BIGSERIAL NOT NULL,
  account_id BIGINT NOT NULL,
  digest TEXT NOT NULL,
  note TEXT NOT NULL,
  permissions JSON,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_tokens PRIMARY KEY (token_id),
  CONSTRAINT fk_tokens_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id),
  CONSTRAINT uq_tokens_digest UNIQUE (digest)
);
CREATE INDEX ix_tokens_account_id ON tokens (account_id);


-- deliveries: 投递
--   status = ready: 待发送
--   status = leased: 发送中
--   status = accepted: 渠道已受理
--   status = delivered: 已送达
--   status = read: 已读
--   status = handed_over: 已转交，无法核实
--   status = dropped: 渠道丢弃
--   status = failed: 失败
--   status = dead: 多次失败，已停止
--   status = unknown: 结果不明
--   status = expired: 已过期
--   status = cancelled: 已取消
--   status = recalled: 已撤回
CREATE TABLE deliveries (
  delivery_id BIGSERIAL NOT NULL,
  notification_id BIGINT NOT NULL,
  step INTEGER DEFAULT '0' NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  status TEXT NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  leased_at TIMESTAMP WITH TIME ZONE,
  lease_until TIMESTAMP WITH TIME ZONE,
  lease_by TEXT,
  attempts INTEGER DEFAULT '0' NOT NULL,
  max_attempts INTEGER DEFAULT '6' NOT NULL,
  provider_ref TEXT,
  last_code TEXT,
  last_reason TEXT,
  accepted_at TIMESTAMP WITH TIME ZONE,
  delivered_at TIMESTAMP WITH TIME ZONE,
  read_at TIMESTAMP WITH TIME ZONE,
  uncertain_at TIMESTAMP WITH TIME ZONE,
  sent_at TIMESTAMP WITH TIME ZONE,
  text_digest TEXT,
  call_key TEXT,
  check_at TIMESTAMP WITH TIME ZONE,
  recall_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_deliveries PRIMARY KEY (delivery_id),
  CONSTRAINT uq_deliveries_notification_id_channel_step UNIQUE (notification_id, channel, step),
  CONSTRAINT fk_deliveries_notification_id FOREIGN KEY(notification_id) REFERENCES notifications (notification_id),
  CONSTRAINT ck_deliveries_status CHECK (status IN ('ready', 'leased', 'accepted', 'delivered', 'read', 'handed_over', 'dropped', 'failed', 'dead', 'unknown', 'expired', 'cancelled', 'recalled'))
);
CREATE INDEX ix_deliveries_call ON deliveries (call_key) WHERE call_key IS NOT NULL;
CREATE INDEX ix_deliveries_check ON deliveries (channel, check_at) WHERE check_at IS NOT NULL;
CREATE INDEX ix_deliveries_leased ON deliveries (lease_until) WHERE status = 'leased';
CREATE INDEX ix_deliveries_notification_id ON deliveries (notification_id);
CREATE INDEX ix_deliveries_ready ON deliveries (channel, due_at, delivery_id) WHERE status = 'ready';
CREATE INDEX ix_deliveries_recall ON deliveries (channel, recall_at) WHERE recall_at IS NOT NULL;
CREATE INDEX ix_deliveries_sent ON deliveries (channel, address, sent_at) WHERE sent_at IS NOT NULL;


-- escalations: 升级提醒
--   step = supervisor: 社区负责人
--   step = street: 街道
CREATE TABLE escalations (
  escalation_id BIGSERIAL NOT NULL,
  task_id BIGINT NOT NULL,
  step TEXT NOT NULL,
  on_day DATE NOT NULL,
  CONSTRAINT pk_escalations PRIMARY KEY (escalation_id),
  CONSTRAINT uq_escalations_task_id_step UNIQUE (task_id, step),
  CONSTRAINT fk_escalations_task_id FOREIGN KEY(task_id) REFERENCES tasks (task_id),
  CONSTRAINT ck_escalations_step CHECK (step IN ('supervisor', 'street'))
);


-- findings: 发现
--   subject_kind = household: 户
--   subject_kind = resident: 人
--   subject_kind = enterprise: 单位
--   subject_kind = employment: 从业记录
--   target_kind = household: 户
--   target_kind = resident: 人
--   target_kind = enterprise: 单位
--   verdict = match: 符合
--   verdict = unknown: 需核实
--   grade = urgent: 紧急
--   grade = important: 重要
--   grade = normal: 一般
--   grade = low: 可缓
--   clearing = resolved: 条件不再成立
--   clearing = withdrawn: 不再适用
--   clearing = rearmed: 到期后重新提醒
--   held = department: 已转部门
--   held = objection: 异议待定
--   outcome = done: 已办结
--   outcome = accepted: 已告知，愿意申领
--   outcome = declined: 已告知，不愿申领
--   outcome = already_has: 已享受或已办理
--   outcome = not_eligible: 不符合条件（信息有误）
--   outcome = not_found: 未找到
--   outcome = moved: 已搬走
--   outcome = died: 已去世
--   outcome = needs_department: 需部门处理
--   outcome = later: 稍后再办
CREATE TABLE findings (
  finding_id BIGSERIAL NOT NULL,
  rule TEXT NOT NULL,
  version_id BIGINT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  target_kind TEXT NOT NULL,
  target_id BIGINT NOT NULL,
  task_id BIGINT,
  verdict TEXT NOT NULL,
  grade TEXT NOT NULL,
  since_on DATE NOT NULL,
  due_on DATE,
  visit_from DATE,
  heading TEXT,
  reason TEXT,
  worded_on DATE,
  cleared_on DATE,
  clearing TEXT,
  held TEXT,
  outcome TEXT,
  settled_on DATE,
  quiet_until DATE,
  CONSTRAINT pk_findings PRIMARY KEY (finding_id),
  CONSTRAINT fk_findings_version_id FOREIGN KEY(version_id) REFERENCES rule_versions (version_id),
  CONSTRAINT ck_findings_subject_kind CHECK (subject_kind IN ('household', 'resident', 'enterprise', 'employment')),
  CONSTRAINT ck_findings_target_kind CHECK (target_kind IN ('household', 'resident', 'enterprise')),
  CONSTRAINT fk_findings_task_id FOREIGN KEY(task_id) REFERENCES tasks (task_id),
  CONSTRAINT ck_findings_verdict CHECK (verdict IN ('match', 'unknown')),
  CONSTRAINT ck_findings_grade CHECK (grade IN ('urgent', 'important', 'normal', 'low')),
  CONSTRAINT ck_findings_clearing CHECK (clearing IN ('resolved', 'withdrawn', 'rearmed')),
  CONSTRAINT ck_findings_held CHECK (held IN ('department', 'objection')),
  CONSTRAINT ck_findings_outcome CHECK (outcome IN ('done', 'accepted', 'declined', 'already_has', 'not_eligible', 'not_found', 'moved', 'died', 'needs_department', 'later'))
);
CREATE INDEX ix_findings_outcome ON findings (rule, outcome, settled_on) WHERE outcome IS NOT NULL;
CREATE INDEX ix_findings_quiet ON findings (rule, quiet_until) WHERE quiet_until IS NOT NULL;
CREATE INDEX ix_findings_rule_subject ON findings (rule, subject_kind, subject_id);
CREATE INDEX ix_findings_target ON findings (target_kind, target_id);
CREATE INDEX ix_findings_task_id ON findings (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX ix_findings_version_id ON findings (version_id);
CREATE INDEX ix_findings_visit_from ON findings (visit_from) WHERE cleared_on IS NULL AND visit_from IS NOT NULL;
CREATE UNIQUE INDEX uq_findings_open_episode ON findings (rule, subject_kind, subject_id) WHERE cleared_on IS NULL;


-- notification_tasks: 通知所说的任务
CREATE TABLE notification_tasks (
  notification_id BIGINT NOT NULL,
  task_id BIGINT NOT NULL,
  CONSTRAINT pk_notification_tasks PRIMARY KEY (notification_id, task_id),
  CONSTRAINT fk_notification_tasks_task_id FOREIGN KEY(task_id) REFERENCES tasks (task_id)
);
CREATE INDEX ix_notification_tasks_task_id ON notification_tasks (task_id);


-- task_events: 任务记录
--   kind = opened: 产生
--   kind = assigned: 分派
--   kind = planned: 安排
--   kind = started: 开始
--   kind = outcome: 登记结果
--   kind = closed: 办结
--   kind = expired: 过期
--   kind = withdrawn: 撤回
--   kind = handed_over: 交接
--   kind = facts: 更正信息
--   kind = undone: 撤销登记
--   kind = reopened: 重新打开
--   kind = answered: 部门答复
--   kind = objected: 提出异议
--   kind = decided: 异议裁定
--   kind = escalated: 升级提醒
CREATE TABLE task_events (
  task_event_id BIGSERIAL NOT NULL,
  task_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  actor_id BIGINT,
  to_id BIGINT,
  detail JSON,
  CONSTRAINT pk_task_events PRIMARY KEY (task_event_id),
  CONSTRAINT fk_task_events_task_id FOREIGN KEY(task_id) REFERENCES tasks (task_id),
  CONSTRAINT ck_task_events_kind CHECK (kind IN ('opened', 'assigned', 'planned', 'started', 'outcome', 'closed', 'expired', 'withdrawn', 'handed_over', 'facts', 'undone', 'reopened', 'answered', 'objected', 'decided', 'escalated'))
);
CREATE INDEX ix_task_events_task_id ON task_events (task_id);


-- attempts: 尝试
--   outcome = accepted: 受理
--   outcome = delivered: 送达
--   outcome = handed_over: 转交
--   outcome = retry: 稍后重试
--   outcome = rejected: 拒绝
--   outcome = misconfigured: 配置有误
--   outcome = gone: 地址失效
--   outcome = uncertain: 结果不明
--   outcome = throttled: 账户被限流
--   outcome = recalled: 撤回
--   outcome = not_recalled: 未能撤回
CREATE TABLE attempts (
  attempt_id BIGSERIAL NOT NULL,
  delivery_id BIGINT NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  milliseconds INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  code TEXT,
  reason TEXT,
  provider_ref TEXT,
  CONSTRAINT pk_attempts PRIMARY KEY (attempt_id),
  CONSTRAINT fk_attempts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id),
  CONSTRAINT ck_attempts_outcome CHECK (outcome IN ('accepted', 'delivered', 'handed_over', 'retry', 'rejected', 'misconfigured', 'gone', 'uncertain', 'throttled', 'recalled', 'not_recalled'))
);
CREATE INDEX ix_attempts_delivery_id ON attempts (delivery_id);


-- objections: 异议
--   decision = upheld: 异议成立
--   decision = rejected: 异议不成立
--   decision = withdrawn: 本人撤回
CREATE TABLE objections (
  objection_id BIGSERIAL NOT NULL,
  finding_id BIGINT NOT NULL,
  division_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  decision TEXT,
  note TEXT,
  decided_at TIMESTAMP WITH TIME ZONE,
  decided_by BIGINT,
  CONSTRAINT pk_objections PRIMARY KEY (objection_id),
  CONSTRAINT fk_objections_finding_id FOREIGN KEY(finding_id) REFERENCES findings (finding_id),
  CONSTRAINT ck_objections_decision CHECK (decision IN ('upheld', 'rejected', 'withdrawn'))
);
CREATE INDEX ix_objections_division_code ON objections (division_code);
CREATE INDEX ix_objections_finding_id ON objections (finding_id);
CREATE UNIQUE INDEX uq_objections_waiting ON objections (finding_id) WHERE decision IS NULL;


-- outcomes: 处理结果
--   outcome = done: 已办结
--   outcome = accepted: 已告知，愿意申领
--   outcome = declined: 已告知，不愿申领
--   outcome = already_has: 已享受或已办理
--   outcome = not_eligible: 不符合条件（信息有误）
--   outcome = not_found: 未找到
--   outcome = moved: 已搬走
--   outcome = died: 已去世
--   outcome = needs_department: 需部门处理
--   outcome = later: 稍后再办
--   reason = nobody_home: 家里没人
--   reason = asked: 对方约了改日
--   reason = no_time: 今天来不及
--   reason = weather: 天气或道路不便
--   reason = other: 其他
CREATE TABLE outcomes (
  outcome_id BIGSERIAL NOT NULL,
  finding_id BIGINT NOT NULL,
  task_id BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  wrong_field TEXT,
  revisit_on DATE,
  reason TEXT,
  note TEXT,
  account_id BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_outcomes PRIMARY KEY (outcome_id),
  CONSTRAINT fk_outcomes_finding_id FOREIGN KEY(finding_id) REFERENCES findings (finding_id),
  CONSTRAINT fk_outcomes_task_id FOREIGN KEY(task_id) REFERENCES tasks (task_id),
  CONSTRAINT ck_outcomes_outcome CHECK (outcome IN ('done', 'accepted', 'declined', 'already_has', 'not_eligible', 'not_found', 'moved', 'died', 'needs_department', 'later')),
  CONSTRAINT ck_outcomes_reason CHECK (reason IN ('nobody_home', 'asked', 'no_time', 'weather', 'other')),
  CONSTRAINT fk_outcomes_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE INDEX ix_outcomes_at ON outcomes (at);
CREATE INDEX ix_outcomes_finding_id ON outcomes (finding_id);
CREATE INDEX ix_outcomes_task_id ON outcomes (task_id);


-- returns: 转部门事项
--   answer = done: 部门已办结
--   answer = not_eligible: 不符合条件
--   answer = back: 退回社区
--   answer = undone: 社区已撤销
CREATE TABLE returns (
  return_id BIGSERIAL NOT NULL,
  finding_id BIGINT NOT NULL,
  department TEXT NOT NULL,
  division_code TEXT NOT NULL,
  returned_on DATE NOT NULL,
  due_on DATE NOT NULL,
  note TEXT,
  account_id BIGINT NOT NULL,
  answer TEXT,
  reason TEXT,
  answered_at TIMESTAMP WITH TIME ZONE,
  answered_by BIGINT,
  CONSTRAINT pk_returns PRIMARY KEY (return_id),
  CONSTRAINT fk_returns_finding_id FOREIGN KEY(finding_id) REFERENCES findings (finding_id),
  CONSTRAINT ck_returns_answer CHECK (answer IN ('done', 'not_eligible', 'back', 'undone'))
);
CREATE INDEX ix_returns_department ON returns (department, division_code);
CREATE INDEX ix_returns_finding_id ON returns (finding_id);
CREATE UNIQUE INDEX uq_returns_waiting ON returns (finding_id) WHERE answer IS NULL;
