"""The hostile conditions of `corpus.txt`, each with its line and the kind of record it is about."""

from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("corpus.txt")


class Case(NamedTuple):
    """One condition of the corpus."""

    line: int
    subject: str
    condition: str


def read(text: str) -> list[Case]:
    """The conditions of a corpus: `[subject]` begins a section, `#` a remark, every other line is a condition."""
    cases, subject = [], "resident"
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip()
        if written.startswith("[") and written.endswith("]"):
            subject = written[1:-1].split(":")[0]
        elif written and not written.startswith("#"):
            cases.append(Case(number, subject, written))
    return cases


CASES = read(FILE.read_text("utf-8"))
