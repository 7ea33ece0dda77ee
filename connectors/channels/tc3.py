"""Calls of Tencent Cloud, signed with TC3-HMAC-SHA256 (cloud.tencent.com, "Signature v3")."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from yarl import URL

from connectors.channels.calls import Answer, Caller
from connectors.channels.contract import Clock

_ALGORITHM = "TC3-HMAC-SHA256"
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Tc3:
    """One service's interface, in one version and region, for one key."""

    caller: Caller
    clock: Clock
    base_url: str
    service: str
    version: str
    region: str
    secret_id: str
    secret_key: str

    async def ask(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The response to a call that may be repeated without harm."""
        url, headers, body = self._signed(action, parameters)
        return _response(await self.caller.ask("POST", url, data=body, headers=headers))

    async def send(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The response to a call that delivers."""
        url, headers, body = self._signed(action, parameters)
        return _response(await self.caller.send("POST", url, data=body, headers=headers))

    def _signed(self, action: str, parameters: Mapping[str, Any]) -> tuple[URL, dict[str, str], bytes]:
        url = URL(f"{self.base_url}/")
        body = json.dumps(parameters).encode()
        stamp = int(self.clock.now().timestamp())
        headers = {"content-type": _JSON, "host": url.host_port_subcomponent or "", "x-tc-action": action}
        signed = authorization(self.service, url.path, headers, body, stamp, self.secret_id, self.secret_key)
        headers |= {
            "x-tc-version": self.version,
            "x-tc-timestamp": str(stamp),
            "x-tc-region": self.region,
            "authorization": signed,
        }
        return url, headers, body


def authorization(
    service: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    stamp: int,
    secret_id: str,
    secret_key: str,
) -> str:
    """The header of a POST at `stamp` (Unix seconds) with these `headers`: lower-case names, all of them signed."""
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


def _response(answer: Answer) -> dict[str, Any]:
    response = answer.told.get("Response")
    if isinstance(response, dict):
        return response
    raise answer.doubt("服务商的答复缺少内容", code=str(answer.status))
