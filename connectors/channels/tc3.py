"""Tencent Cloud's signature TC3-HMAC-SHA256 (cloud.tencent.com, "Signature v3")."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

_ALGORITHM = "TC3-HMAC-SHA256"


def authorization(
    path: str, headers: Mapping[str, str], body: bytes, stamp: int, secret_id: str, secret_key: str
) -> str:
    """The header of a POST at `stamp` (Unix seconds) with these `headers`: lower-case names, all of them signed.

    The service is the first part of the host.
    """
    service = headers["host"].partition(".")[0]
    day = datetime.fromtimestamp(stamp, UTC).date().isoformat()
    scope = f"{day}/{service}/tc3_request"
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
    request = "\n".join(["POST", path, "", lines, signed, hashlib.sha256(body).hexdigest()])
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = _mac(_mac(_mac(f"TC3{secret_key}".encode(), day), service), "tc3_request")
    return (
        f"{_ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={signed}, "
        f"Signature={_mac(key, text).hex()}"
    )


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
