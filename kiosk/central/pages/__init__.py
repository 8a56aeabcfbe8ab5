"""The central store's pages: what came in as dialogues, and the acts of those who look after it.

Server-rendered, without a script. ``install`` puts them on the application.
"""

from __future__ import annotations

from flask import Flask

from kiosk.central.pages.access import blueprint as logging_in
from kiosk.central.pages.access import install as install_access
from kiosk.central.pages.exports import blueprint as exports
from kiosk.central.pages.looks import install as install_looks
from kiosk.central.pages.looks import refuse_anywhere as refuse
from kiosk.central.pages.office import LARGEST_UPLOAD
from kiosk.central.pages.office import blueprint as office
from kiosk.central.pages.read_api import blueprint as read_api
from kiosk.central.pages.reading_pages import blueprint as reading

__all__ = ["LARGEST_UPLOAD", "install", "refuse"]


def install(app: Flask) -> None:
    """Register the pages, their style and the read API on the central store's application."""
    install_looks(app)
    install_access(app)
    for blueprint in (logging_in, reading, office, exports, read_api):
        app.register_blueprint(blueprint)
