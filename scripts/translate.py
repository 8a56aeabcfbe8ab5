"""Bring the catalogues up to date with the texts in the code: `python3 scripts/translate.py`.

Collects every marked text of the windows, adds new ones to the catalogue of each language, removes those that
are gone, and says how many wait for a translator. The ids are the English texts. Languages that phones alone
speak have the texts of phones alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from babel.messages.catalog import Catalog  # noqa: E402
from babel.messages.extract import extract_from_dir  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402

LANGUAGES = ("sv", "da", "nb", "fi")
ON_PHONES = ("ar", "uk", "so")
PHONE_TEXTS = (
    "kiosk/comparison_views.py",
    "kiosk/composition_views.py",
    "kiosk/kinds/",
    "kiosk/labels.py",
    "kiosk/phone_state.py",
    "kiosk/problems/phones.py",
    "kiosk/results.py",
    "kiosk/templates/",
)
"""Where the texts of phones stand."""
FOLDERS = ("kiosk", "facilitator", "display")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**.html": {"silent": "false", "newstyle_gettext": "true", "trim_blocks": "true"}}
LOCALES = ROOT / "data" / "locales"


def collect() -> Catalog:
    """Every text of the windows, each with the files it is in."""
    template = Catalog(charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(ROOT / folder, METHODS, OPTIONS, KEYWORDS, directory_filter=_ours)
        for name, _line, message, comments, context in found:
            template.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return template


def texts_of(language: str, every: Catalog) -> Catalog:
    """The texts that a language has to have."""
    if language in LANGUAGES:
        return every
    texts = Catalog(charset="utf-8")
    for message in every:
        if any(file.startswith(PHONE_TEXTS) for file, _line in message.locations):
            texts[message.id] = message
    return texts


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "kiosk.po"


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def waiting(catalogue: Catalog) -> list[str]:
    """The texts that have no translation yet."""
    return [str(message.id) for message in catalogue if message.id and not _is_translated(message.string)]


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    every = collect()
    for language in (*LANGUAGES, *ON_PHONES):
        catalogue = read(language)
        catalogue.update(texts_of(language, every), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(_header(catalogue).encode())
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=True)
        print(f"{language}: {len(catalogue)} texts, {len(waiting(catalogue))} wait for a translation")
    return 0


def _header(catalogue: Catalog) -> str:
    """What a catalogue says of itself; no dates and names, which would differ with every run."""
    facts = {
        "Language": str(catalogue.locale_identifier),
        "Plural-Forms": catalogue.plural_forms,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in facts.items())
    return f'msgid ""\nmsgstr ""\n{lines}\n'


def _ours(folder: str) -> bool:
    return "node_modules" not in folder


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    raise SystemExit(main())
