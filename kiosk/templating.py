"""What the templates of both applications can say: texts in the language being spoken, numbers, dates."""

from __future__ import annotations

from flask import Flask

from kiosk import languages


def install(app: Flask) -> None:
    """Teach the application's templates to speak."""
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        languages.gettext, languages.ngettext, newstyle=True
    )
    environment.globals.update(
        wording=languages.marked_wording,
        number=languages.number,
        percent=languages.percent,
        date=languages.written_date,
    )
    app.context_processor(
        lambda: {"lang": languages.current(), "dir": languages.direction(languages.current())}
    )
