"""Every refusal the product can give, as one tree.

    Problem
    ├── BadRequest          400  the request cannot be read
    │   ├── UnknownParameter     a query parameter nobody declared
    │   ├── NotUtf8              the body is not UTF-8
    │   ├── WrongContentType 415  the body is declared to be something else than JSON
    │   ├── VersionMissing 428   an edit that does not say which version it is of
    │   └── InvalidInput    422  readable, but a field is wrong
    │       └── FileRefused      a file that cannot be imported at all; `reason` tells why
    ├── NotSignedIn         401
    ├── NotAllowed          403
    ├── NotFound            404  also for what lies outside the actor's scope
    ├── MethodNotAllowed    405  the address exists, but not for this method
    ├── Conflict            409
    │   ├── Outdated        412  somebody changed it since it was read
    │   ├── KeyReused       422  one Idempotency-Key, two different requests
    │   └── CannotResume    410  a stream of events is to go on from a place that is not known or too long ago
    ├── TooLarge            413
    ├── TooMany             429
    ├── Unavailable         503
    │   ├── DatabaseBusy         another process holds the database
    │   ├── Unreachable          nobody answers at the database's address
    │   ├── StorageFull          no space left on the device
    │   └── TimedOut             the answer took longer than a request may
    └── NotReady            exit the installation lacks something (key, tables)

Messages are product text: a whole sentence, Chinese first, that says what to do. They never carry
personal data. `code` is stable and has a heading in docs/errors.md.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Problem(Exception):
    """出错了，请稍后重试。"""

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    @classmethod
    def words(cls) -> str:
        """What is said of this kind where nothing more is known."""
        return (cls.__doc__ or "").strip()

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        self.detail = detail or self.words()
        self.extra = extra
        super().__init__(self.detail)


class BadRequest(Problem):
    """请求无法读取，请检查格式后重新提交。"""

    code, status, title = "bad_request", 400, "The request cannot be read"


class UnknownParameter(BadRequest):
    """请求带有未定义的查询参数，请对照接口文档更正。"""

    code, title = "unknown_parameter", "Unknown query parameter"


class NotUtf8(BadRequest):
    """请求正文不是 UTF-8 编码，请转换编码后重新提交。"""

    code, title = "not_utf8", "The body is not UTF-8"


class WrongContentType(BadRequest):
    """请求正文须为 JSON，请把 Content-Type 设为 application/json。"""

    code, status, title = "wrong_content_type", 415, "The body is not declared as JSON"


class VersionMissing(BadRequest):
    """修改须带上 If-Match，值为读取时得到的 ETag，以免覆盖别人的改动。"""

    code, status, title = "version_missing", 428, "If-Match is missing"


class InvalidInput(BadRequest):
    """有字段填写不正确，请按提示更正。"""

    code, status, title = "invalid_input", 422, "A field is wrong"


class FileRefused(InvalidInput):
    """这个文件无法导入，请按提示更正后重新提交。"""

    code, title = "file_refused", "The file cannot be imported"


class NotSignedIn(Problem):
    """请先登录，或检查访问令牌是否有效。"""

    code, status, title = "not_signed_in", 401, "Sign in first"


class NotAllowed(Problem):
    """当前账号没有这项权限，请联系管理员。"""

    code, status, title = "not_allowed", 403, "Not allowed"


class NotFound(Problem):
    """没有找到，或不在您的管理范围内。"""

    code, status, title = "not_found", 404, "Not found"


class MethodNotAllowed(Problem):
    """这个地址不支持该请求方法，请对照接口文档更正。"""

    code, status, title = "method_not_allowed", 405, "Method not allowed"


class Conflict(Problem):
    """状态已变化，请刷新后再试。"""

    code, status, title = "conflict", 409, "The state has changed"


class Outdated(Conflict):
    """这一项已被别人改过，本次没有改动；请重新读取后再提交。"""

    code, status, title = "outdated", 412, "It has changed since it was read"


class KeyReused(Conflict):
    """同一个 Idempotency-Key 被用于不同的请求，请换一个新的。"""

    code, status, title = "key_reused", 422, "Idempotency-Key reused"


class CannotResume(Conflict):
    """无法从这个位置接着接收：位置不存在或太久以前。请重新读取列表，再不带 Last-Event-ID 连接。"""

    code, status, title = "cannot_resume", 410, "The stream cannot go on from there"


class TooLarge(Problem):
    """提交内容过大，请分批提交。"""

    code, status, title = "too_large", 413, "Too large"


class TooMany(Problem):
    """操作过于频繁，请稍后再试。"""

    code, status, title = "too_many", 429, "Too many requests"


class Unavailable(Problem):
    """服务暂时不可用，请稍后重试。"""

    code, status, title = "unavailable", 503, "Temporarily unavailable"


class DatabaseBusy(Unavailable):
    """数据库正被其他程序占用，本次没有写入任何内容，请稍后重试。"""

    code, title = "database_busy", "The database is busy"


class Unreachable(Unavailable):
    """数据库无法连接，请稍后重试；运维人员请检查数据库是否运行、地址（ZHITUI_DATABASE）是否正确。"""

    code, title = "unreachable", "The database cannot be reached"


class StorageFull(Unavailable):
    """磁盘空间不足，本次没有写入任何内容，请清理磁盘后重试。"""

    code, title = "storage_full", "No space left on the device"


class TimedOut(Unavailable):
    """处理超时，请稍后查看结果，或带同一个 Idempotency-Key 重试。"""

    code, title = "timed_out", "The answer took too long"


class NotReady(Problem):
    """系统尚未初始化，请先运行 zhitui init。"""

    code, status, title = "not_ready", 503, "Not initialised"
