"""A push service and the browser behind it (docs/channels.md): the sender's identity is checked, the message is opened
with the browser's key, and one with the tag of another takes its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from aiohttp import web
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connectors.channels.push_encryption import RECORD, Vapid, decoded, encoded, point
from connectors.stub.provider import Action, Stage

PRIVATE_KEY = encoded((7).to_bytes(32, "big"))  # known to everybody: it opens nothing but this stand-in
BROWSER = "browser-1"
_KEY = ec.derive_private_key(11, ec.SECP256R1())  # of the browser
_AUTH = bytes(range(16))
_IDENTITY = re.compile(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)")
_LONGEST_LIFE = 86_400  # seconds of an identity


def subscription(endpoint: str) -> str:
    """What the browser gives to the page, in JSON."""
    keys = {"p256dh": encoded(point(_KEY.public_key())), "auth": encoded(_AUTH)}
    return json.dumps({"endpoint": endpoint, "keys": keys})


class Webpush:
    """One service; its only browser is online all the time and subscribed with the stand-in's key."""

    name: ClassVar[str] = "webpush"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._shown: set[str] = set()

    def actions(self) -> Mapping[tuple[str, str], Action]:
        return {("POST", "/push/{browser}"): self.push}

    def revoke(self) -> None:
        """Every post carries its own identity; there are no tokens."""

    async def push(self, request: web.Request) -> web.Response:
        """A status and no words."""
        browser, body = request.match_info["browser"], await request.read()
        status = self._refusal(request, browser, body)
        told = None if status else _opened(body)
        if not status and told is None:
            status = 400
        self._stage.called(self.name, "push", 1, str(status or 201))
        if told is not None and told["id"] not in self._shown:
            self._shown.add(told["id"])
            text = " ".join(str(told[name]) for name in ("title", "body", "url"))
            self._stage.arrive(self.name, "push", browser, text, told["id"])
        return web.Response(status=status or 201)

    def _refusal(self, request: web.Request, browser: str, body: bytes) -> int:
        if self._stage.is_stranger(browser):
            return 410
        if status := self._unidentified(request):
            return status
        if len(body) > RECORD:
            return 413
        headers = request.headers
        fits = headers.get("ttl", "").isdigit() and headers.get("content-encoding") == "aes128gcm"
        return 0 if fits and len(headers.get("topic", "")) <= 32 else 400

    def _unidentified(self, request: web.Request) -> int:
        """401 for an identity that is none, or is not meant for us; 403 for another than the browser subscribed with."""
        parts = _IDENTITY.fullmatch(request.headers.get("authorization", ""))
        if parts is None:
            return 401
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts[4]))
            raw = decoded(parts[3])
            signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
            key.verify(signature, f"{parts[1]}.{parts[2]}".encode(), ec.ECDSA(SHA256()))
            claims = json.loads(decoded(parts[2]))
        except (ValueError, InvalidSignature):
            return 401
        left = claims["exp"] - self._stage.clock.now().timestamp()
        if claims["aud"] != str(request.url.origin()) or not 0 < left <= _LONGEST_LIFE:
            return 401
        return 0 if parts[4] == Vapid.of(PRIVATE_KEY, "").public else 403


def _opened(body: bytes) -> dict[str, Any] | None:
    """The message as the browser reads it (RFC 8188 §2, RFC 8291 §3.4); None for one that is not for it."""
    salt, length = body[:16], body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    try:
        shared = _KEY.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        ours = point(_KEY.public_key())
        secret = HKDF(SHA256(), 32, _AUTH, b"WebPush: info\0" + ours + sender).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        text = AESGCM(key).decrypt(nonce, sealed, None)
    except (ValueError, InvalidTag):
        return None
    told: dict[str, Any] = json.loads(text.rstrip(b"\0").removesuffix(b"\2"))
    return told
