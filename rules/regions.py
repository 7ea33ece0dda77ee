"""Regions: parts of the map in which a rule is judged by one set of parameter values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """The divisions whose code begins with `prefix` and with none of `without`; the empty prefix is everywhere.

    A subject nobody has placed belongs to the region of the empty prefix.
    """

    prefix: str = ""
    without: tuple[str, ...] = ()

    def holds(self, code: str | None) -> bool:
        """Tell whether a division code, or none, lies within."""
        known = code or ""
        return known.startswith(self.prefix) and not any(known.startswith(inner) for inner in self.without)
