"""A blocking iterator read in a thread, one item ahead of its consumer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


@asynccontextmanager
async def ahead(items: Generator[T, None, None]) -> AsyncIterator[AsyncGenerator[T, None]]:
    """While an item is used the next one is made. On leaving, the generator is closed and no thread is left behind."""
    stream = _stream(items)
    try:
        yield stream
    finally:
        await stream.aclose()


async def _stream(items: Generator[T, None, None]) -> AsyncGenerator[T, None]:
    coming = _next(items)
    try:
        while True:
            # Shielded: a cancelled consumer must not leave a thread inside the generator that is closed below.
            done, item = await asyncio.shield(coming)
            if done:
                return
            coming = _next(items)
            yield item
    finally:
        await asyncio.gather(coming, return_exceptions=True)
        await asyncio.to_thread(items.close)


def _next(items: Generator[T, None, None]) -> asyncio.Future[tuple[bool, T]]:
    return asyncio.ensure_future(asyncio.to_thread(_step, items))


def _step(items: Generator[T, None, None]) -> tuple[bool, T]:
    for item in items:
        return False, item
    return True, None  # type: ignore[return-value]  # the item of an ended generator is not looked at
