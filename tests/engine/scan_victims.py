"""Processes that scan and settle a day and are killed at a given statement: `python scan_victims.py <database url> <home>`.

Each line of standard input is `<day> <statement>`; the answer is the exit code, or the number of the signal
below zero. With a statement the process sends itself SIGKILL before that one runs (or that commit), counted from 1; with 0
it is left alone. Every process is forked from this one, which has imported everything and opened nothing: fifty real
processes cost less than fifty starts of Python.

What is written at once is cut small, so that there are many moments between two transactions.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from made_databases import KEY
from sqlalchemy import Engine, event

from service import jobs, settling
from service.access.keys import Vault
from service.access.unit import House
from service.clock import SetClock
from service.engine import reconcile
from service.settings import Settings
from service.tables import database
from service.tables.database import Database
from service.work.gather import gather


def main(url: str, home: str) -> None:
    """Answer one line after the other until there are none."""
    reconcile.CHUNK = 25
    database.PAUSE = 0.0
    settling.gather = partial(gather, limit=15)  # type: ignore[attr-defined]
    settling.TASKS, settling.LISTS = 20, 1
    for line in sys.stdin:
        day, statement = line.split()
        child = os.fork()
        if child == 0:
            _live(url, home, date.fromisoformat(day), int(statement))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _live(url: str, home: str, day: date, statement: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _die_at(statement)
    try:
        asyncio.run(_work(url, home, day))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _die_at(statement: int) -> None:
    done = 0

    def count(*_: Any) -> None:
        nonlocal done
        done += 1
        if done == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, count)


async def _work(url: str, home: str, day: date) -> None:
    house = House(Database(url), SetClock.at(day, 8, 30), Vault(KEY))
    await jobs.scan_once(house, day)
    await settling.settle_touched(house, Settings(home=Path(home)))
    await house.database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
