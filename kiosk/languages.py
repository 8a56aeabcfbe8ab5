"""Languages: gettext catalogues, which language a person reads, and numbers as they are written there.

The message ids are the English wordings. Babel reads the catalogues as translators keep them (``.po``), so
there is no compiled copy to forget. The only home of Babel.
"""

from __future__ import annotations

import gettext as standard_gettext
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

INTERFACE = ("sv", "da", "nb", "fi", "en")
"""Languages that every window speaks, in the order they are offered."""
PHONES = (*INTERFACE, "ar", "uk", "so")
"""Those that phones speak. What they show may be in further ones: in those of the meeting."""
SOURCE = "en"
ALIASES = {"no": "nb", "nn": "nb"}
_WRITTEN_AS = {"en": "en_GB"}
"""Dates and numbers as they are written in Europe."""
ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "ckb"})
RIGHT_TO_LEFT = ARABIC_SCRIPT | {"he", "yi", "dv"}
CATALOGUES = Path(__file__).resolve().parent.parent / "data" / "locales"

_current: ContextVar[str] = ContextVar("language", default=SOURCE)


def gettext_noop(message: str) -> str:
    """Mark a message for the catalogues where it is written, to be translated where it is shown."""
    return message


def gettext(message: str) -> str:
    """The message in the language now being spoken."""
    return catalogue(current()).gettext(message) if message else ""


def ngettext(one: str, other: str, n: int) -> str:
    """The plural form that the language now being spoken needs for ``n``."""
    return catalogue(current()).ngettext(one, other, n)


def current() -> str:
    """The language now being spoken."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def speak(language: str) -> None:
    """Speak a language until this context ends."""
    _current.set(language)


@cache
def catalogue(language: str) -> standard_gettext.NullTranslations:
    """The interface's translations; English is its own source."""
    path = CATALOGUES / language / "LC_MESSAGES" / "kiosk.po"
    if not path.is_file():
        return standard_gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return standard_gettext.GNUTranslations(compiled)


def choose(wanted: Iterable[str], offered: Iterable[str]) -> str | None:
    """The first wanted language that is offered; ``sv-FI`` is content with ``sv``."""
    available = list(offered)
    for language in wanted:
        short = language.strip().lower().replace("_", "-").split("-")[0]
        short = ALIASES.get(short, short)
        if short in available:
            return short
    return None


def of_the_hall(languages: Iterable[str]) -> str:
    """What the wall speaks, whatever the projector's browser does: the first of a meeting's languages that
    we have."""
    return choose(languages, INTERFACE) or current()


def own_name(language: str) -> str:
    """What a language calls itself."""
    try:
        name = Locale.parse(language).get_display_name(language)
    except (ValueError, LookupError):
        name = None
    return (name or language).capitalize()


def direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def wording(text: Mapping[str, str] | str, language: str, fallback: Iterable[str] = ()) -> tuple[str, str]:
    """A wording in the language, or else in the first fallback there is, with the language it is in.

    A plain string is in the first fallback, the meeting's own language.
    """
    if isinstance(text, str):
        return text, next(iter(fallback), language)
    for choice in (language, *fallback):
        if text.get(choice):
            return text[choice], choice
    for choice, words in text.items():
        if words:
            return words, choice or language
    return "", language


def marked_wording(text: Mapping[str, str] | str, fallback: Iterable[str] = ()) -> Markup:
    """A wording for a page, marked with its language where that is not the page's own."""
    words, language = wording(text, current(), fallback)
    if language == current():
        return Markup("{}").format(words)
    return Markup('<span lang="{}" dir="{}">{}</span>').format(language, direction(language), words)


def number(value: float) -> str:
    return _number(value, current())


@lru_cache(maxsize=2048)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=_parsed(language))


def percent(value: int) -> str:
    """A whole percentage as the language writes it: 43 % or 43%."""
    return format_percent(value / 100, locale=_locale())


def comma_separated(words: Iterable[str]) -> str:
    """Words one after another, with the comma that the language writes."""
    return ("، " if current() in ARABIC_SCRIPT else ", ").join(words)


def isolated(words: str) -> str:
    """Words of perhaps the other direction, so that they stay whole in a sentence of Arabic."""
    if current() not in ARABIC_SCRIPT:
        return words
    return f"\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}"


def written_date(value: str | date) -> str:
    """A date in words; what is not an ISO date is left as it was written."""
    try:
        day = value if isinstance(value, date) else datetime.fromisoformat(value).date()
    except ValueError:
        return str(value)
    return format_date(day, format="long", locale=_locale())


@cache
def _parsed(language: str) -> Locale:
    try:
        return Locale.parse(_WRITTEN_AS.get(language, language))
    except (ValueError, LookupError):
        return Locale.parse(_WRITTEN_AS[SOURCE])


def _locale() -> Locale:
    return _parsed(current())
