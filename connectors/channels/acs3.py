"""Calls of Aliyun, signed with ACS3-HMAC-SHA256 (help.aliyun.com, "V3 request structure and signature")."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote, urlencode

from yarl import URL

from connectors.channels.calls import Answer, Caller
from connectors.channels.contract import Clock

_ALGORITHM = "ACS3-HMAC-SHA256"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Acs3:
    """One product's interface, in one version, for one key."""

    caller: Caller
    clock: Clock
    base_url: str
    version: str
    key_id: str
    secret: str

    async def ask(self, action: str, query: Mapping[str, str]) -> Answer:
        """A call that may be repeated without harm."""
        url, headers, _ = self._signed(action, query, {})
        return await self.caller.ask("POST", url, headers=headers)

    async def send(
        self, action: str, query: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Answer:
        """A call that delivers; `form` is what does not fit into a URL."""
        url, headers, body = self._signed(action, query, form or {})
        return await self.caller.send("POST", url, data=body or None, headers=headers)

    def _signed(
        self, action: str, query: Mapping[str, str], form: Mapping[str, str]
    ) -> tuple[URL, dict[str, str], bytes]:
        body = urlencode(form).encode()
        text = canonical_query(query)
        url = URL(f"{self.base_url}/?{text}", encoded=True)
        headers = {
            "host": url.host_port_subcomponent or "",
            "x-acs-action": action,
            "x-acs-content-sha256": hashed(body),
            "x-acs-date": self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": self.version,
            **({"content-type": _FORM} if form else {}),
        }
        signed = authorization("POST", url.path, text, headers, self.key_id, self.secret)
        return url, headers | {"authorization": signed}, body


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted and encoded as it must be signed and, to the byte, sent."""
    return "&".join(f"{_encoded(name)}={_encoded(parameters[name])}" for name in sorted(parameters))


def hashed(body: bytes) -> str:
    """The value of `x-acs-content-sha256`."""
    return hashlib.sha256(body).hexdigest()


def authorization(
    method: str, path: str, query: str, headers: Mapping[str, str], key_id: str, secret: str
) -> str:
    """The header for a request with these `headers`: lower-case names, all of them signed, the body's hash among them."""
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = "\n".join([method, path, query, lines, signed, headers["x-acs-content-sha256"]])
    text = f"{_ALGORITHM}\n{hashed(request.encode())}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
