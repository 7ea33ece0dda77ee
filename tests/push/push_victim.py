"""A sender in a process of its own, to be killed: `python push_victim.py <database url> <channel> <config as JSON>`."""

from __future__ import annotations

import asyncio
import json
import sys

from connectors.channels import registry
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SystemClock
from service.push.rounds import Pace
from service.push.sender import Sender
from service.tables.database import Database


async def main(url: str, name: str, config: dict[str, object]) -> None:
    house = House(Database(url), SystemClock(), Vault(bytes(range(32))))
    async with registry.open_session(name, config) as session:
        channel = registry.build(name, config, session=session, clock=house.clock)
        pace = Pace(batch=40, lease=1.0, poll=0.05)
        await Sender(house, {name: channel}, pace=pace).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
