"""One table as XLSX: plain texts and whole numbers only, so that a page of XML says all of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from kiosk.spreadsheets import Cell, guarded, printable

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MADE = (1980, 1, 1, 0, 0, 0)


def as_xlsx(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet with a head that stays in sight."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in (
            ("[Content_Types].xml", _types()),
            ("_rels/.rels", _relations("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", _workbook(name)),
            ("xl/_rels/workbook.xml.rels", _relations("worksheet", "worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", _sheet([headings, *rows])),
        ):
            archive.writestr(zipfile.ZipInfo(path, _MADE), _XML + content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'<worksheet xmlns="{_SHEET}">{view}<sheetData>{body}</sheetData></worksheet>'


def _cell(value: Cell) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    # An inline text is a text, whatever it begins with; guarded all the same, for whoever saves it as CSV.
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(guarded(value))}</t></is></c>'


def _workbook(name: str) -> str:
    safe = escape(re.sub(r"[\[\]:*?/\\']", " ", printable(name))[:31].strip() or "1", {'"': "&quot;"})
    sheets = f'<sheets><sheet name="{safe}" sheetId="1" r:id="rId1"/></sheets>'
    return f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">{sheets}</workbook>'


def _relations(kind: str, target: str) -> str:
    one = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'


def _types() -> str:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{main}.worksheet+xml"/></Types>'
    )
