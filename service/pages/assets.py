"""The few files behind the pages, the web app manifest, and the service worker.

Their addresses carry a digest of them all, so that a browser keeps them for good and a new version gets new addresses.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from service.access.permissions import Permission
from service.errors import NotFound
from service.pages.routing import Routes
from service.pages.visitor import Visitor

routes = Routes()

STATIC = Path(__file__).parent / "static"
# Said here and not guessed from the machine's mime.types: browsers are told not to sniff.
KINDS = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".svg": "image/svg+xml"}
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""A service worker fetches by the policy it came with, not by that of the page."""
FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it goes over the wire."""

    body: bytes
    packed: bytes
    kind: str

    @classmethod
    def of(cls, body: bytes, kind: str) -> Asset:
        return cls(body, gzip.compress(body, mtime=0), kind)

    def answer(self, raw: web.Request, cache: str) -> web.Response:
        """Compressed for whoever takes it so, unless that makes it longer."""
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
        body = self.body
        if "gzip" in raw.headers.get("Accept-Encoding", "") and len(self.packed) < len(self.body):
            body, headers["Content-Encoding"] = self.packed, "gzip"
        charset = None if self.kind == "image/png" else "utf-8"
        return web.Response(body=body, content_type=self.kind, charset=charset, headers=headers)


def _files() -> dict[str, Asset]:
    return {
        path.name: Asset.of(path.read_bytes(), KINDS[path.suffix])
        for path in sorted(STATIC.iterdir())
        if path.suffix in KINDS
    }


FILES = _files()
VERSION = hashlib.sha256(b"".join(asset.body for asset in FILES.values())).hexdigest()[:12]


def address(name: str) -> str:
    """Where a file is found."""
    return f"/static/{VERSION}/{name}"


MANIFEST = {
    "name": "智推 走访清单",
    "short_name": "智推",
    "lang": "zh-CN",
    "start_url": "/today",
    "scope": "/",
    "display": "standalone",
    "background_color": "#f4f6f8",
    "theme_color": "#0b4f8a",
    "icons": [
        {"src": address(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ],
}  # fmt: skip
_MANIFEST = Asset.of(json.dumps(MANIFEST, ensure_ascii=False).encode(), "application/manifest+json")
KEPT = ("style.css", "app.js", "outbox.js", "icon-192.png")
"""What the pages need to look like themselves without signal."""
_WORKER = Asset.of(
    f"const VERSION = {json.dumps(VERSION)};\nconst FILES = {json.dumps([address(name) for name in KEPT])};\n".encode()
    + FILES["sw.js"].body,
    KINDS[".js"],
)


@routes.get("/static/{version}/{file}", permission=Permission.PUBLIC)
async def show_file(visitor: Visitor) -> web.Response:
    """One file; a page of an older version gets today's, and does not keep it."""
    asset = FILES.get(visitor.raw.match_info["file"])
    if asset is None:
        raise NotFound()
    current = visitor.raw.match_info["version"] == VERSION
    return asset.answer(visitor.raw, FOR_GOOD if current else "no-store")


@routes.get("/manifest.webmanifest", permission=Permission.PUBLIC)
async def show_manifest(visitor: Visitor) -> web.Response:
    """What makes the pages installable."""
    return _MANIFEST.answer(visitor.raw, "no-cache")


@routes.get("/sw.js", permission=Permission.PUBLIC)
async def show_service_worker(visitor: Visitor) -> web.Response:
    """The service worker; at the root, because it keeps pages from all over."""
    answer = _WORKER.answer(visitor.raw, "no-cache")
    answer.headers["Content-Security-Policy"] = WORKER_POLICY
    return answer
