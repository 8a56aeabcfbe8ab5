"""What every page must be, whoever it is for."""

from __future__ import annotations

from html.parser import HTMLParser

RUN_FROM = frozenset({"href", "src", "action", "formaction", "data"})
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Page(HTMLParser):
    """A page read as far as the promises about pages go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.headings = 0
        self.language = ""
        self.title = ""
        self.text: list[str] = []
        self.open: list[str] = []
        self.fields: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag not in VOID:
            self.open.append(tag)
        if tag == "html":
            self.language = given.get("lang", "")
        self.headings += tag == "h1"
        self.ids += [given["id"]] if "id" in given else []
        if tag == "input" and "name" in given:
            self.fields.setdefault(given["name"], given.get("value", ""))
        self._check(tag, given)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self.open and "svg" not in self.open:
            self.title += data
        elif ("script" in self.open and data.strip()) or "style" in self.open:
            self.faults.append("script or style inside the page")
        else:
            self.text.append(data)

    def _check(self, tag: str, given: dict[str, str]) -> None:
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.append("a script that is not a file of ours")
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.faults.append(f"<{tag} {name}=…>")
            if name in ("src", "href", "action", "data") and "//" in value and not _is_ours(value):
                self.faults.append(f"<{tag} {name}={value}>")
            if name in RUN_FROM and value.strip().lower().startswith("javascript:"):
                self.faults.append(f"<{tag} {name}={value}>")


def check(html: str, where: str) -> None:
    """Fail unless the page keeps the promises about pages."""
    page = Page(html)
    if "<html" not in html:  # a part of a page
        assert not page.faults, f"{where}: {page.faults}"
        return
    assert not page.faults, f"{where}: {page.faults}"
    assert page.language, f"{where}: no language"
    assert page.title.strip(), f"{where}: no title"
    assert page.headings == 1, f"{where}: {page.headings} main headings"
    twice = {name for name in page.ids if page.ids.count(name) > 1}
    assert not twice, f"{where}: ids used twice: {twice}"


def _is_ours(address: str) -> bool:
    return address.startswith(("data:", "http://localhost/", "http://192.0.2.10"))
