"""Security headers on every answer (OWASP secure headers), and the number the request is known by."""

from __future__ import annotations

from aiohttp import web

from service.api.state import REQUEST_ID

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
DEFAULTS = {
    "Content-Security-Policy": NOTHING,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


async def add_headers(raw: web.Request, response: web.StreamResponse) -> None:
    """A signal for `on_response_prepare`; a handler's own header wins. The server's versions are not told."""
    for name, value in DEFAULTS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "zhitui"
    if REQUEST_ID in raw:
        response.headers["X-Request-ID"] = raw[REQUEST_ID]
