"""Every text of the windows exists in every language, with the same placeholders and plurals."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from kiosk.languages import PHONES, SOURCE
from scripts import translate

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
LANGUAGES = [language for language in PHONES if language != SOURCE]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return translate.collect()


def test_the_scripts_and_the_windows_know_the_same_languages() -> None:
    assert {*translate.LANGUAGES, *translate.ON_PHONES} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_waits_for_a_translator(language: str, template: Catalog) -> None:
    catalogue = translate.read(language)
    catalogue.update(translate.texts_of(language, template), no_fuzzy_matching=True)
    assert translate.waiting(catalogue) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_over(language: str, template: Catalog) -> None:
    known = {message.id for message in translate.texts_of(language, template)}
    assert [message.id for message in translate.read(language) if message.id not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_text(language: str) -> None:
    for message in translate.read(language):
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string or "",)
        wanted = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) <= wanted, (message.id, string)
        assert {name for string in strings for name in PLACEHOLDER.findall(string)} == wanted, message.id
