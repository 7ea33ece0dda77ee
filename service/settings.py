"""What an operator may set, each by an environment variable `ZHITUI_<NAME>`; described in docs/settings.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.channels.registry import CHANNELS


class Settings(BaseSettings):
    """One installation's settings; unknown `ZHITUI_` variables are ignored, wrong values refuse to start."""

    model_config = SettingsConfigDict(env_prefix="ZHITUI_", frozen=True)

    home: Path = Field(
        Path("var"), description="Folder of the default database, the key file, reports and the drop folder"
    )
    database: str = Field("", description="SQLAlchemy URL; empty means SQLite in `home`")
    key: SecretStr | None = Field(
        None, description="Master key, 32 bytes in base64; empty means the file `home/key`"
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    base_url: str = Field(
        "", description="How users reach the service, used in links of messages; empty means http://host:port"
    )
    timezone: str = Field("Asia/Shanghai", description="Time zone of the office's civil days")
    morning: str = Field(
        "30 8 * * *", description="Cron line of the working-morning round; skipped on days off"
    )
    self_check: str = Field(
        "30 3 * * 0", description="Cron line of the weekly check that deltas have led where a full scan would"
    )
    scan_seconds: int = Field(
        600, ge=1, le=86_400, description="Seconds after which PostgreSQL ends a statement of a scan"
    )
    drop_folder: Path | None = Field(
        None, description="Folder whose files the morning round imports; empty means `home/drop`"
    )
    daily_cap: int = Field(
        12, ge=1, le=100, description="Visits a worker is planned per day at most; urgent and due ones exempt"
    )
    return_days: int = Field(
        5, ge=1, le=60, description="Working days a department has for what a worker returned to it"
    )
    escalate_urgent: int = Field(
        2, ge=1, le=60, description="Working days after which an urgent visit nobody made is told on"
    )
    escalate_others: int = Field(
        5, ge=1, le=60, description="Working days after its due date at which any other visit is told on"
    )
    daily_minutes: int = Field(
        0,
        ge=0,
        le=1440,
        description="Estimated minutes a worker is planned per day at most; 0 for no such cap",
    )
    precision_limit: int = Field(
        70, ge=0, le=100, description="Percent of telling visits below which a rule is flagged; 0 flags none"
    )
    channel: str = Field(
        "console",
        description="Channel of the daily digest: a kind of channel, or the name of an account",
    )
    channel_config: dict[str, Any] = Field(
        default_factory=dict, description="JSON with the channel's own settings; see docs/channels.md"
    )
    quiet_from: int = Field(20, ge=0, le=24, description="Hour of the day from which nothing is sent")
    quiet_to: int = Field(8, ge=0, le=24, description="Hour of the day until which nothing is sent")
    spread: int = Field(
        600,
        ge=0,
        le=3600,
        description="Seconds over which one morning's messages are spread; 0 sends all at once",
    )
    person_cap: int = Field(
        20,
        ge=0,
        le=1000,
        description="Messages one person gets a day over all channels; urgent ones exempt; 0 for any number",
    )
    archive_days: int = Field(
        90, ge=7, le=3650, description="Days after which finished messages are moved into the archive"
    )
    max_body: int = Field(1_048_576, ge=1024, description="Largest request body in bytes")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line that is logged"
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"没有叫 {value} 的时区，如 Asia/Shanghai") from error
        return value

    @field_validator("channel")
    @classmethod
    def _can_be_a_channel(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", value):
            raise ValueError(f"须是渠道账户名（zhitui channels list）或渠道类型：{'、'.join(CHANNELS)}")
        return value

    @field_validator("morning", "self_check")
    @classmethod
    def _five_cron_fields(cls, value: str) -> str:
        from datetime import UTC, datetime

        try:
            CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise ValueError("须写五段：分 时 日 月 星期，如 30 8 * * *") from error
        return value

    @property
    def escalate_days(self) -> dict[str, int]:
        """Working days by grade after which an unmade visit is told on."""
        return {"urgent": self.escalate_urgent} | dict.fromkeys(
            ("important", "normal", "low"), self.escalate_others
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.home / 'zhitui.db'}"

    @property
    def links_url(self) -> str:
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def key_file(self) -> Path:
        return self.home / "key"

    @property
    def drop(self) -> Path:
        return self.drop_folder or self.home / "drop"
