"""Encryption of push messages for one browser (RFC 8291) and the sender's identity (VAPID, RFC 8292).

Both are a few lines over `cryptography`; RFC 8291 §5 holds the example by which the first is tested.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

RECORD = 4096  # bytes of the one record, all that a push service has to take (RFC 8291 §4)
ROOM = RECORD - 86 - 1 - 16  # bytes of text: without header, delimiter and tag
_CURVE = ec.SECP256R1()
_LIFE = timedelta(hours=12)  # of an identity; push services take at most 24 hours


def encrypt(
    text: bytes,
    browser: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """`text` (at most ROOM bytes) for the browser with this public point and secret; `salt` and `key` are for tests.

    ValueError for a point that is none.
    """
    salt, key = salt or secrets.token_bytes(16), key or ec.generate_private_key(_CURVE)
    ours = point(key.public_key())
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, browser))
    secret = _derived(shared, auth, b"WebPush: info\0" + browser + ours, 32)
    sealed = AESGCM(_derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)).encrypt(
        _derived(secret, salt, b"Content-Encoding: nonce\0", 12), text + b"\2", None
    )
    return salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


@dataclass(frozen=True, slots=True)
class Vapid:
    """Who sends: a key pair, and where a push service may complain (`mailto:` or `https:`)."""

    key: ec.EllipticCurvePrivateKey
    contact: str

    @classmethod
    def of(cls, private: str, contact: str) -> Vapid:
        """From the 32 bytes of a private key in base64url. ValueError when they are not."""
        raw = decoded(private)
        if len(raw) != 32:
            raise ValueError("a private key is 32 bytes")
        return cls(ec.derive_private_key(int.from_bytes(raw, "big"), _CURVE), contact)

    @property
    def public(self) -> str:
        """What a page subscribes with, as `applicationServerKey`."""
        return encoded(point(self.key.public_key()))

    def authorization(self, url: URL, now: datetime) -> str:
        """The header for one post to `url`, good for twelve hours and for that service only."""
        claims = {"aud": str(url.origin()), "exp": int((now + _LIFE).timestamp()), "sub": self.contact}
        signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{signature}, k={self.public}"


def encoded(raw: bytes) -> str:
    """Base64url without padding, as all of web push has it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes; padding may be there or not. ValueError."""
    return base64.b64decode(
        text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
    )


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _part(value: dict[str, object]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
