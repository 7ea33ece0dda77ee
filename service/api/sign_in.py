"""Signing in and out, and who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr, StringConstraints

from service.access import sign_in as doors
from service.access import tokens
from service.access.permissions import Permission, Role
from service.api.models import Body, View
from service.api.request import Request
from service.api.routing import Routes
from service.errors import NotSignedIn, TooMany

routes = Routes()


class Credentials(Body):
    model_config = ConfigDict(str_strip_whitespace=False)  # a password may begin or end with a blank

    login: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        pattern=r"\S", max_length=64, description="登录名"
    )
    password: SecretStr = Field(min_length=1, max_length=128, description="密码")


class SignedInView(View):
    token: str = Field(description="访问令牌，放在 Authorization: Bearer 之后")
    expires_at: datetime = Field(description="令牌失效时间")
    role: Role
    name: str


class MeView(View):
    account_id: int
    name: str
    role: Role
    division: str | None = Field(description="管理范围（区划编码）")
    department: str | None
    permissions: list[Permission] = Field(description="这个令牌可以做的事")


@routes.post("/sign-in", permission=Permission.PUBLIC, refuses=(NotSignedIn, TooMany))
async def sign_in(request: Request, body: Credentials) -> SignedInView:
    """Sign in with login and password; the token lasts twelve hours.

    Five failures in a quarter of an hour lock the login for the rest of it.
    """
    throttle = request.app_state.sign_in_throttle
    throttle.take(request.address)
    signed_in = await doors.sign_in(request.house, body.login, body.password.get_secret_value())
    throttle.give_back(request.address)
    return SignedInView.model_validate(signed_in)


@routes.post("/sign-out", permission=Permission.SIGNED_IN)
async def sign_out(request: Request) -> None:
    """End the token this request is made with."""
    async with request.unit() as unit:
        await tokens.revoke(unit, request.token or "")


@routes.get("/me", permission=Permission.SIGNED_IN)
async def show_me(request: Request) -> MeView:
    """Who this token belongs to, and what it may do."""
    actor = request.actor
    return MeView(
        account_id=actor.account_id or 0,
        name=actor.name,
        role=actor.role or Role.WORKER,
        division=actor.division,
        department=actor.department,
        permissions=sorted(permission for permission in Permission if actor.may(permission)),
    )
