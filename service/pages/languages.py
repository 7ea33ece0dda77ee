"""The languages of the pages: Chinese as it is written in the code, and English from translations/en.po.

Words are translated where they stand: `_("…")` and `{% trans %}` in a template, `language.gettext("…")` in Python. What
the rules say (title, reason, advice, law) and error sentences stay Chinese; they are the law's and the product's words.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from aiohttp import web
from babel import negotiate_locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

TRANSLATIONS = Path(__file__).parent / "translations"
COOKIE = "zhitui-language"
MOST_ASKED = 20
"""Languages a browser may name; further ones are not looked at."""


@dataclass(frozen=True)
class Language:
    """One language: its tag as in `<html lang>`, its own name, and its words."""

    tag: str
    name: str
    words: NullTranslations

    def gettext(self, text: str, **values: Any) -> str:
        """`text` in this language, with its `%(name)s` filled in."""
        return self.words.gettext(text) % values

    def table(self, codes: Mapping[str, str]) -> dict[str, str]:
        """A code table with its words in this language."""
        return {code: self.words.gettext(word) for code, word in codes.items()}

    def day(self, day: date) -> str:
        """`11月23日（周一）`, `Mon 23 Nov`."""
        return self._dated(day, self.gettext("M月d日（EEE）"))

    def due(self, due: date | None, today: date) -> str:
        """By when, as it is said: `已逾期，应在11月20日前`, `今天到期`, `11月30日前`."""
        if due is None:
            return ""
        if due == today:
            return self.gettext("今天到期")
        day = self._dated(due, self.gettext("M月d日"))
        return (
            self.gettext("已逾期，应在%(day)s前", day=day)
            if due < today
            else self.gettext("%(day)s前", day=day)
        )

    def _dated(self, day: date, pattern: str) -> str:
        return str(format_date(day, pattern, locale=self.tag.replace("-", "_")))


def _english() -> NullTranslations:
    """The catalogue, read as it stands in the repository: nothing has to be compiled before the pages start."""
    with (TRANSLATIONS / "en.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


CHINESE = Language("zh-CN", "中文", NullTranslations())
LANGUAGES = {language.tag: language for language in (CHINESE, Language("en", "English", _english()))}


def language_of(raw: web.Request) -> Language:
    """What the visitor chose in the footer, else what the browser asks for, else Chinese."""
    chosen = LANGUAGES.get(raw.cookies.get(COOKIE, ""))
    return chosen or _negotiated(raw.headers.get("Accept-Language", ""))


def _negotiated(accepted: str) -> Language:
    """The first of the accepted languages, best first, that there is; `zh`, `zh-TW` and the like are Chinese too."""
    asked = [_weighed(part) for part in accepted.split(",")[:MOST_ASKED]]
    wanted = [tag for weight, tag in sorted(asked, key=lambda one: -one[0]) if weight > 0]
    tags = ["zh-CN" if tag == "zh" or tag.startswith("zh-") else tag for tag in wanted]
    return LANGUAGES[negotiate_locale(tags, list(LANGUAGES), sep="-") or CHINESE.tag]


def _weighed(part: str) -> tuple[float, str]:
    """`en;q=0.8` → (0.8, "en"), RFC 9110 §12.5.4; what cannot be read weighs nothing."""
    read = re.fullmatch(
        r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", part
    )
    return (float(read[2] or 1), read[1].lower()) if read else (0, "")
