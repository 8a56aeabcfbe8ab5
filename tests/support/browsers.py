"""People's browsers before the doorway: the whole application answers, as it would over the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from werkzeug.test import Client, EnvironBuilder, TestResponse

from kiosk.app import Kiosk
from kiosk.store.sessions import Role

HOST = "localhost"
ORIGIN = f"http://{HOST}"

COOKIES = {"console": "kiosk_console", "wall": "kiosk_wall", "phone": "kiosk_device"}


class Browser(Client):
    """One browser with its cookies, or a program with a token. Says its Origin, as browsers do.

    ``operator()``, ``console()``, ``wall()`` and ``phone()`` give further browsers on the same kiosk.
    """

    def __init__(self, kiosk: Kiosk, data: Path, *, token: str | None = None, language: str = "en") -> None:
        super().__init__(kiosk.wsgi, TestResponse)
        self.kiosk = kiosk
        self.data = data
        self.language = language
        self.token = token
        """What stands in the Authorization header, if anything."""
        self.device: str | None = None
        """The device's token, on a phone."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """As Werkzeug's; headers that are given win, and one given as None is left out."""
        if args and isinstance(args[0], EnvironBuilder):  # a redirect being followed
            return super().open(*args, **kwargs)
        headers = {"Host": HOST, "Origin": ORIGIN, "Accept-Language": self.language}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        given = {**headers, **dict(kwargs.pop("headers", None) or {})}
        kept = {name: value for name, value in given.items() if value is not None}
        return super().open(*args, headers=kept, **kwargs)

    def anyone(self, *, language: str = "en") -> Browser:
        """A browser that nobody knows."""
        return Browser(self.kiosk, self.data, language=language)

    def operator(self) -> Browser:
        """A program with the operator's token."""
        token = (self.data / "operator-token").read_text().strip()
        return Browser(self.kiosk, self.data, token=token)

    def console(self, *, language: str = "en") -> Browser:
        """A browser that was let in as a console."""
        return self._admitted("console", language)

    def wall(self, *, language: str = "en") -> Browser:
        """A browser that was let in as a wall."""
        return self._admitted("wall", language)

    def phone(self, code: str = "MEET", *, language: str = "en") -> Browser:
        """A phone that has joined, with its cookie."""
        return self._joined(language, {"code": code}, {})

    def tablet(self, code: str = "MEET") -> Browser:
        """A shared tablet that has joined."""
        return self._joined("en", {"code": code, "channel": "tablet"}, self._as_operator())

    def rehearsing(self, code: str = "MEET") -> Browser:
        """A simulated phone of a rehearsal."""
        return self._joined("en", {"code": code, "rehearsal": True}, self._as_operator())

    def cookie(self, role: str) -> str | None:
        """The value of this browser's cookie as a ``console``, ``wall`` or ``phone``."""
        found = self.get_cookie(COOKIES[role], domain=HOST)
        return found.value if found is not None else None

    def _as_operator(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.operator().token}"}

    def _joined(self, language: str, message: dict[str, Any], headers: dict[str, str]) -> Browser:
        browser = self.anyone(language=language)
        response = browser.post("/api/v1/join", json=message, headers=headers)
        assert response.status_code == 200, response.text
        browser.device = cast(Any, response.json)["device"]
        return browser

    def _admitted(self, role: Role, language: str) -> Browser:
        ticket = self.kiosk.entrance.issue(role)
        browser = self.anyone(language=language)
        response = browser.post("/api/v1/sessions", json={"ticket": ticket})
        assert response.status_code == 201, response.text
        return browser
