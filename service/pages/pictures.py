"""Pictures drawn on the server: the QR code of a sign-in code."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """An SVG with a quiet zone, black on white whatever the page looks like, that needs no style of its own."""
    drawn = segno.make(text, error="m", micro=False)
    picture = drawn.svg_inline(scale=6, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(picture)  # noqa: S704 - a picture, in which nothing stands that anybody typed
