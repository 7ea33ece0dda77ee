"""`make bench`: every benchmark of this folder, one after the other, at sizes that take a few minutes together."""

from __future__ import annotations

import sys

from bench import city, import_speed, language_speed, mornings, outbox_speed, scan_speed

PARTS = (
    ("Import, rows a second against the bare driver", import_speed.main, []),
    ("The rule language: reading, checking and explaining one rule", language_speed.main, []),
    ("Six rules over a million residents against hand-written SQL", scan_speed.main, []),
    ("A city of 50,000, from its first scan to the lists of the day", city.main,
     ["--residents", "50000", "--rounds", "1", "--shares", "0.01"]),
    ("Half past eight: a worker's list against a bare handler, and everybody's page at once", mornings.main,
     ["--residents", "40000", "--requests", "300", "--rounds", "3", "--workers", "100", "--seconds", "5",
      "--apart", "5"]),
    ("Outbox, deliveries a second against bare POSTs", outbox_speed.main, []),
)  # fmt: skip

if __name__ == "__main__":
    for title, main, arguments in PARTS:
        print(f"\n== {title}", flush=True)
        sys.argv = [sys.argv[0], *arguments]
        main()
