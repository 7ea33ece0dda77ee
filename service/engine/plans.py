"""What a database means to do with a statement: its plan in lines, and where in it a table is read again and again.

A table that is read from end to end for every row of another one takes the product of both; an index of the column that
leads there turns it into a look. A list or group that is made once is no such thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Alias, Select, Table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement, Executable

from service.access.unit import Dialect

SQLITE = "EXPLAIN QUERY PLAN"
POSTGRES = "EXPLAIN (VERBOSE, FORMAT JSON)"
HASHED = re.compile(r"hashed (SubPlan \d+)")


class _Explained(Executable, ClauseElement):
    """A statement the database is asked about and does not run; its values stay bound parameters."""

    inherit_cache = False

    def __init__(self, statement: Select[Any], how: str) -> None:
        self.statement = statement
        self.how = how


@compiles(_Explained)
def _explained(element: _Explained, compiler: SQLCompiler, **options: Any) -> str:
    return f"{element.how} {compiler.process(element.statement, **options)}"


@dataclass(frozen=True)
class Plan:
    """The lines as people read them, the tables read over and over, and the rows the database expects (PostgreSQL)."""

    lines: list[str]
    read_again: list[str]
    expected: int | None = None


async def plan_of(connection: AsyncConnection, statement: Select[Any], dialect: Dialect) -> Plan:
    """The plan of a statement, which is not run."""
    if dialect == "postgresql":
        answer = await connection.execute(_Explained(statement, POSTGRES))
        told = answer.scalar_one()
        root = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
        hashed = set(HASHED.findall(json.dumps(root)))
        return Plan(list(_nodes(root)), list(dict.fromkeys(_again(root, hashed))), root["Plan Rows"])
    rows = [(row[0], row[1], str(row[3])) for row in await connection.execute(_Explained(statement, SQLITE))]
    names = dict(_names(statement))
    return Plan(list(_indented(rows)), list(dict.fromkeys(_scanned(rows, names))))


def _names(statement: Select[Any]) -> Iterator[tuple[str, str]]:
    """Alias → table, for every alias of the statement."""
    for element in visitors.iterate(statement):
        if isinstance(element, Alias) and isinstance(element.element, Table):
            yield element.name, element.element.name


def _indented(rows: Iterable[Any]) -> Iterator[str]:
    depth: dict[int, int] = {0: -1}
    for key, parent, detail in rows:
        depth[key] = depth.get(parent, -1) + 1
        yield "  " * depth[key] + detail


def _scanned(rows: list[Any], names: Mapping[str, str]) -> Iterator[str]:
    """Tables scanned within a correlated subquery, or for every row of the table before them."""
    correlated: set[int] = set()
    outer: dict[int, bool] = {}
    for key, parent, detail in rows:
        if parent in correlated or detail.startswith("CORRELATED"):
            correlated.add(key)
        word, _, rest = detail.partition(" ")
        made_up = "AUTOMATIC" in detail
        if word not in ("SCAN", "SEARCH") or not (word == "SCAN" or made_up):
            outer[parent] = outer.get(parent, False) or word == "SEARCH"
            continue
        name = rest.split(" ", 1)[0]
        if name in names and (parent in correlated or outer.get(parent) or made_up):
            yield names[name]
        outer[parent] = True


def _nodes(node: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """A line a node: what it does, to what, by which index, under which condition, and the rows it expects."""
    on = f" {node['Relation Name']} {node['Alias']}" if "Relation Name" in node else ""
    by = f" USING {node['Index Name']}" if "Index Name" in node else ""
    kind = f" {node['Join Type']}" if node.get("Join Type", "Inner") != "Inner" else ""
    of = f"{node['Subplan Name']}: " if "Subplan Name" in node else ""
    asked = [
        str(node[part])
        for part in ("Index Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter")
        if part in node
    ]
    yield (
        "  " * depth
        + f"{of}{node['Node Type']}{kind}{on}{by}（约 {node['Plan Rows']} 行）"
        + "".join(f" {part}" for part in asked)
    )
    for child in node.get("Plans", ()):
        yield from _nodes(child, depth + 1)


def _again(node: Mapping[str, Any], hashed: set[str], inside: bool = False) -> Iterator[str]:
    """Tables scanned within a subplan that is run for each row, or on the inner side of a nested loop."""
    named = str(node.get("Subplan Name", ""))
    if named.startswith(("InitPlan", "CTE")) or named in hashed or node["Node Type"] == "Materialize":
        inside = False  # made once and kept
    elif named:
        inside = True
    if inside and node["Node Type"] == "Seq Scan":
        yield str(node["Relation Name"])
    children = node.get("Plans", ())
    outer = [child["Plan Rows"] for child in children if child.get("Parent Relationship") == "Outer"]
    loop = node["Node Type"] == "Nested Loop" and outer[0] > 1
    for child in children:
        inner = loop and child.get("Parent Relationship") == "Inner"
        yield from _again(child, hashed, inside or inner)
