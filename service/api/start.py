"""The contract and its reader: /openapi.json, Swagger UI at /docs from the installed package, /problems/{code}."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from aiohttp import web
from pydantic import Field
from swagger_ui_bundle import swagger_ui_path

from service.access.permissions import Permission
from service.api.contract import Contract
from service.api.models import Redirect, View
from service.api.openapi import document
from service.api.openapi_30 import as_30
from service.api.request import Request
from service.api.routing import Routes
from service.errors import NotFound, Problem

routes = Routes(prefix="")

STATIC = Path(__file__).parent / "static"
BUNDLE = Path(str(swagger_ui_path))
FILES = {
    "docs.js": STATIC / "docs.js",
    "swagger-ui-bundle.js": BUNDLE / "swagger-ui-bundle.js",
    "swagger-ui.css": BUNDLE / "swagger-ui.css",
    "favicon-32x32.png": BUNDLE / "favicon-32x32.png",
}
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self' data:; "
    "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Said here and not guessed from the machine's mime.types: browsers are told not to sniff.
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".png": "image/png"}
A_DAY = "public, max-age=86400"


@dataclass(frozen=True)
class Description:
    """The document of one application, written once: OpenAPI 3.1 and 3.0."""

    newest: bytes
    older: bytes

    @classmethod
    def of(cls, contracts: Iterable[Contract]) -> Description:
        newest = document(contracts)
        return cls(_dump(newest), _dump(as_30(newest)))


OPENAPI = web.AppKey("openapi", Description)


class ProblemKindView(View):
    """One kind of refusal, for whoever follows the `type` of a problem."""

    code: str
    status: int
    title: str
    detail: str = Field(description="这类错误的一般说明")


@routes.get("/", permission=Permission.PUBLIC)
async def show_start(request: Request) -> Redirect:
    """Lead to everybody's first page: people type the bare address, programs do not."""
    return Redirect("/home")


@routes.get("/openapi.json", permission=Permission.PUBLIC)
async def show_openapi(request: Request) -> Annotated[web.Response, "application/json"]:
    """The OpenAPI 3.1 document of everything this server offers."""
    return _json(request.raw.app[OPENAPI].newest)


@routes.get("/docs", permission=Permission.PUBLIC)
async def show_docs(request: Request) -> Annotated[web.StreamResponse, "text/html"]:
    """The interface to read and to try, without a word from any other server."""
    headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
    return web.FileResponse(STATIC / "docs.html", headers=headers)


@routes.get("/docs/openapi-3.0.json", permission=Permission.PUBLIC)
async def show_openapi_30(request: Request) -> Annotated[web.Response, "application/json"]:
    """The same document in OpenAPI 3.0, for tools that know no 3.1."""
    return _json(request.raw.app[OPENAPI].older)


@routes.get("/docs/{file}", permission=Permission.PUBLIC)
async def show_docs_file(
    request: Request, file: str
) -> Annotated[web.StreamResponse, "text/javascript", "text/css", "image/png"]:
    """One of the files the page needs."""
    if file not in FILES:
        raise NotFound()
    headers = {"Cache-Control": A_DAY, "Content-Type": KINDS[FILES[file].suffix]}
    return web.FileResponse(FILES[file], headers=headers)


@routes.get("/problems/{code}", permission=Permission.PUBLIC)
async def show_problem(request: Request, code: str) -> ProblemKindView:
    """What an error code means; the `type` of every error answer leads here."""
    kind = kinds().get(code)
    if kind is None:
        raise NotFound()
    return ProblemKindView(code=code, status=kind.status, title=kind.title, detail=kind.words())


@cache
def kinds() -> dict[str, type[Problem]]:
    """Every kind of refusal by its code."""
    found, waiting = {}, [Problem]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting += kind.__subclasses__()
    return found


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")
