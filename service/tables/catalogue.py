"""What rules may mention, read off the tables themselves."""

from __future__ import annotations

from rules.catalogue import read
from service.tables.columns import metadata

CATALOGUE = read(metadata.tables.values())
