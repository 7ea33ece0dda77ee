"""The master key and what is derived from it: field encryption, blind indexes and signed links.

A private field is stored as `<key id>:<base64 of nonce + AES-256-GCM ciphertext>` with `table.column` as associated
data, so a value moved to another column does not open. A blind index is HMAC-SHA256 of the normalised value and the
same name: equal values meet, nothing else is told. Subkeys come from HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import NotReady
from service.settings import Settings

NONCE = 12


class Vault:
    """Encrypts, opens, indexes and signs with subkeys of one master key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise NotReady("密钥必须是 32 字节的 base64；请检查 ZHITUI_KEY 或密钥文件。")
        self._fields = AESGCM(_derive(master, b"fields"))
        self._index = _derive(master, b"index")
        self._links = _derive(master, b"links")
        self.key_id = hashlib.sha256(_derive(master, b"id")).hexdigest()[:8]

    def seal(self, name: str, value: str) -> str:
        """Encrypt `value` of the column `name` ("residents.phone")."""
        nonce = os.urandom(NONCE)
        sealed = nonce + self._fields.encrypt(nonce, value.encode(), name.encode())
        return f"{self.key_id}:{base64.b64encode(sealed).decode()}"

    def open(self, name: str, stored: str) -> str:
        """Decrypt; NotReady when the key is another one or the value was tampered with."""
        key_id, _, body = stored.partition(":")
        if key_id != self.key_id:
            raise NotReady("这条加密数据属于另一把密钥，请检查 ZHITUI_KEY 或密钥文件。")
        raw = base64.b64decode(body)
        try:
            return self._fields.decrypt(raw[:NONCE], raw[NONCE:], name.encode()).decode()
        except InvalidTag as error:
            raise NotReady("加密数据校验失败，可能已被改动，请联系运维人员从备份核对。") from error

    def index(self, name: str, value: str) -> str:
        """The blind index of a normalised value."""
        return hmac.digest(self._index, f"{name}\0{value}".encode(), "sha256").hex()

    def sign(self, text: str) -> str:
        """A URL-safe signature of `text`."""
        digest = hmac.new(self._links, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()

    def signed(self, text: str, signature: str) -> bool:
        """Whether `signature` is ours; constant time."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())


def open_vault(settings: Settings) -> Vault:
    """The vault of this installation; NotReady when there is no key yet."""
    if settings.key is not None:
        return Vault(_decode(settings.key.get_secret_value()))
    if not settings.key_file.exists():
        raise NotReady()
    _refuse_open_file(settings.key_file)
    return Vault(_decode(settings.key_file.read_text()))


def make_key(settings: Settings) -> bool:
    """Write a new key file with mode 0600 unless a key exists; True when one was made."""
    if settings.key is not None or settings.key_file.exists():
        return False
    settings.key_file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    return True


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"zhitui/" + purpose).derive(master)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise NotReady("密钥不是有效的 base64；请检查 ZHITUI_KEY 或密钥文件。") from error


def _refuse_open_file(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise NotReady("密钥文件可被其他用户读取，请先执行 chmod 600。")
