"""The shipped rules, read once for all tests of a process."""

from __future__ import annotations

from rules import load_pack

PACK = load_pack()
