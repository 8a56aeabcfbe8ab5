"""What people write is shown as they wrote it, on every page, in every state, and never becomes a part of it.

Held to this: a page that shows markup has the same elements and attributes as one that shows plain words.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

from kiosk.kinds.text.rules import tidy
from tests.http.calls import ask, begun, cast_, close, said
from tests.support import meetings
from tests.support.browsers import Browser

Shown = tuple[str, str]
"""Where something was seen, and its HTML."""

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></head><svg onload=alert(1)>",
    "<b>bold</b> & <i>",
    "{{ 7 * 7 }} {% raw %} ${7*7} %(field)s %s %",
    "javascript:alert(1)",
    "<!-- --><![CDATA[ ]]>",
    "&lt;script&gt; &amp;amp;",
    "`${alert(1)}` \\u003cscript\\u003e",
)


class Structure(HTMLParser):
    """What a page consists of, whatever it says."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[str, ...]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, *(name for name, _ in attributes)))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(("/", tag))

    def handle_comment(self, data: str) -> None:
        self.parts.append(("!", data))

    def unknown_decl(self, data: str) -> None:
        self.parts.append(("!", data))


def document(payload: str, name: str, code: str) -> dict[str, Any]:
    """A meeting that says the payload wherever it can say something."""
    words = {"en": payload}
    options = [{"id": letter, "text": words} for letter in "ab"]
    item: dict[str, Any] = {"title": words, "body": words}
    questions = (
        {
            "id": "age",
            "kind": "choice",
            "composition": True,
            "text": words,
            "help": words,
            "options": options,
        },
        {"id": "one", "kind": "choice", "text": words, "help": words, "options": options},
        {"id": "steps", "kind": "scale", "text": words, "options": options},
        {"id": "line", "kind": "scale", "text": words, "labels": {"min": words, "max": payload}},
        {"id": "free", "kind": "text", "text": words, "help": words},
    )
    agenda: list[dict[str, Any]] = [
        {"id": "slide", "type": "slide", **item},
        {"id": "door", "type": "join", **item},
        {"id": "who", "type": "composition", **item},
        {"id": "pause", "type": "break", **item},
        *(
            {"id": name, "type": "question", "question": name, **item}
            for name in ("one", "steps", "line", "free")
        ),
    ]
    return meetings.meeting(
        *questions, id=name, code=code, agenda=agenda, title=words, place=words, welcome=words
    )


ANSWERS = {"one": {"options": ["a"]}, "steps": {"value": 1}, "line": {"value": 0}}


def test_markup_is_words_wherever_it_is_shown(client: Browser) -> None:
    half = len(PAYLOADS) // 2
    first, second = (" ".join(some) for some in (PAYLOADS[:half], PAYLOADS[half:]))
    words = ("plain words and " * 20)[: len(first) - 1] + "x"  # as long: long words are set differently
    with_words = list(everything_shown(client, document(words, "m1", "WORD"), words))
    for payload, name, code in ((first, "m2", "MARK"), (second, "m3", "MORE")):
        compare(
            words, with_words, payload, list(everything_shown(client, document(payload, name, code), payload))
        )


def compare(words: str, with_words: list[Shown], payload: str, with_markup: list[Shown]) -> None:
    """Fail unless the one is the other, but for the words."""
    assert [where for where, _ in with_markup] == [where for where, _ in with_words]
    for (where, plain), (_, marked) in zip(with_words, with_markup, strict=True):
        if where == "meetings":
            continue  # there is one more of them by now
        assert Structure(marked).parts == Structure(plain).parts, where
        assert (payload in unescape(marked)) == (words in unescape(plain)), f"{where}: not as it was written"
    assert sum(payload in unescape(marked) for _, marked in with_markup) > 50


def everything_shown(client: Browser, meeting: dict[str, Any], written: str) -> Iterator[Shown]:
    """Every page and state of a whole meeting, with where it was seen."""
    operator = client.operator()
    url = f"/api/v1/meetings/{meeting['meeting']['id']}"
    said(operator.post("/api/v1/meetings", json=meeting), 201)
    console, wall = client.console(), client.wall()
    yield "meetings", console.get("/facilitator/meetings").text
    said(operator.post(f"{url}/start", json={}), 200)
    phones = [client.phone(meeting["meeting"]["code"]) for _ in range(6)]
    windows = (console, wall, phones[0], meeting["meeting"])
    for item in meeting["agenda"]:
        said(operator.post(f"{url}/stage", json={"item": item["id"]}), 200)
        yield from now(item["id"], *windows)
        if item["type"] != "question":
            continue
        round_id = ask(operator, item["question"], meeting["meeting"]["id"])
        for phone in phones:
            cast_(phone, round_id, ANSWERS.get(item["question"], {"text": written}))
        yield from now(f"{item['id']} open", *windows)
        close(operator, round_id)
        yield from now(f"{item['id']} closed", *windows)
        if item["question"] == "free":
            said(operator.post(f"/api/v1/rounds/{round_id}/texts", json={"approve": "all"}), 200)
        said(operator.post(f"/api/v1/rounds/{round_id}/reveal", json={}), 200)
        yield from now(f"{item['id']} revealed", *windows)
    said(operator.post(f"{url}/end", json={}), 200)
    yield from now("end", *windows)


def now(
    where: str, console: Browser, wall: Browser, phone: Browser, meeting: dict[str, Any]
) -> Iterator[Shown]:
    """What every window shows at this moment."""
    yield f"{where}: phone", phone.get(f"/{meeting['code']}").text
    yield f"{where}: wall", wall.get("/display").text
    yield f"{where}: console", console.get(f"/facilitator/meetings/{meeting['id']}").text
    state = said(phone.get("/api/v1/state"), 200)
    yield f"{where}: screen", state["screen"]["html"]
    for entry in state["rounds"]:
        yield f"{where}: round {entry['question']}", entry["html"]


def test_a_written_text_is_shown_as_it_was_written(client: Browser) -> None:
    operator = begun(client, meetings.words("free"))
    round_id = ask(operator, "free")
    for payload in PAYLOADS:
        cast_(client.phone(), round_id, {"text": payload})
    close(operator, round_id)
    said(operator.post(f"/api/v1/rounds/{round_id}/texts", json={"approve": "all"}), 200)
    said(operator.post(f"/api/v1/rounds/{round_id}/reveal", json={}), 200)
    pages_ = {"wall": client.wall().get("/display").text, "phone": client.phone().get("/MEET").text}
    for where, html in pages_.items():
        for payload in PAYLOADS:
            assert tidy(payload) in unescape(html), where


def test_a_refusal_repeats_what_it_was_given_as_words(client: Browser) -> None:
    def page(code: str) -> str:
        return client.get(f"/{code}", headers={"Accept": "text/html"}).text

    for payload in PAYLOADS:
        code = payload.replace("/", "").replace("%", "")
        assert Structure(page(code)).parts == Structure(page("NOPE")).parts
