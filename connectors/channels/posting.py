"""A post to somebody's own server, which need not say more than a status: receivers of webhooks, services for push."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, InvalidURL
from yarl import URL

from connectors.channels.egress import ForbiddenAddress, GuardedConnector
from connectors.channels.message import Misconfigured, Rejected, Retryable, Uncertain


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts where an address says. Raises `Misconfigured` for a session that would reach into our own network unasked.

    `doubt` is what a post is that may have arrived: `Retryable` where the receiver's side promises to know a repeat.
    """

    session: ClientSession
    timeout: float
    allow_private: bool
    doubt: type[Retryable] | type[Uncertain] = Retryable

    def __post_init__(self) -> None:
        if not self.allow_private and not isinstance(self.session.connector, GuardedConnector):
            raise Misconfigured("allow_private", "会话未加内网防护，请用 registry.open_session 打开会话")

    def target(self, text: str) -> URL:
        """The address as a URL. Raises `Rejected`."""
        try:
            url = URL(text)
        except ValueError as error:
            raise Rejected("接收地址不是有效的网址") from error
        schemes = {"https", "http"} if self.allow_private else {"https"}
        if url.scheme not in schemes or not url.host or url.user or url.password:
            raise Rejected("接收地址须是 https 网址，且不含用户名和密码")
        return url

    async def post(self, url: URL, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str]]:
        """Status and headers of the answer; its body is never read, and no redirect followed."""
        timeout = ClientTimeout(total=self.timeout)
        try:
            async with self.session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers
        except TimeoutError as error:
            raise self.doubt("接收方超时未答") from error
        except InvalidURL as error:
            raise Rejected("接收地址不是有效的网址") from error
        except ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddress):
                raise Rejected("接收地址指向内网，已拦截") from error
            raise Retryable("无法连接接收方") from error
        except (ClientError, OSError) as error:
            raise self.doubt("与接收方的连接中断") from error

    def check_open(self) -> None:
        """Raises `Retryable` when the session is closed; there is no address to reach yet."""
        if self.session.closed:
            raise Retryable("网络会话已关闭")
