"""Gathering the words of the pages into the catalogue of each other language: `make translations`.

Words stand in templates and modules, and in the code tables the pages show. Whoever adds one runs this, and writes its
translation where the catalogue has none yet.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from service.pages.languages import TRANSLATIONS
from service.pages.rendering import CODES

PAGES = Path(__file__).parent
TEMPLATE = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
WIDTH = 150


def gathered() -> Catalog:
    """Every message of the pages, without a translation."""
    found = Catalog()
    for file, _, message, comments, context in extract_from_dir(
        PAGES, METHODS, options_map={"**.html": TEMPLATE}
    ):
        found.add(message, locations=[(file, 1)], auto_comments=comments, context=context)
    for name, codes in CODES.items():
        for word in codes.values():
            found.add(word, locations=[(f"codes.{name}", 1)])
    return found


def kept(path: Path) -> Catalog:
    """The catalogue of a file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, ignore_obsolete=True)


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages that still want a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not all(_translations(message.string)))
    ]


def update() -> None:
    """Bring every catalogue in step with the words of the pages, and say what wants a translation."""
    for path in sorted(TRANSLATIONS.glob("*.po")):
        head = path.read_bytes().partition(b"\n\n")[0]
        catalogue = kept(path)
        catalogue.update(gathered(), no_fuzzy_matching=True)
        path.write_bytes(head + b"\n\n" + _written(catalogue))
        for message in untranslated(catalogue):
            print(f"{path.name}: wants a translation: {message}")


def _written(catalogue: Catalog) -> bytes:
    """Without a head, which babel would fill with dates and addresses, and without line numbers, which change daily."""
    file = io.BytesIO()
    write_po(
        file,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_by_file=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    return file.getvalue().rstrip() + b"\n"


def _translations(string: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [string or ""] if string is None or isinstance(string, str) else list(string)
