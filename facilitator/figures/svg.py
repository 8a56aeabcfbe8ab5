"""An SVG that needs nothing from its surroundings and can do nothing to them.

matplotlib writes ``style`` attributes, a style sheet and a document type. A page with a strict content
security policy ignores the first two and paints everything black, and careful programs refuse the third.
Here they become plain attributes, and the picture gets a title and a description to be read aloud.
"""

from __future__ import annotations

# Only what matplotlib has just written is read here, from this process's own memory.
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"

ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def with_plain_attributes(source: str, title: str, description: str, lang: str) -> bytes:
    """The drawing without styles, comments and document type, and with words for those who cannot see it."""
    root = ElementTree.fromstring(source)  # noqa: S314
    for parent in list(root.iter()):
        _drop_styles_and_metadata(parent)
        _unfold_style(parent)
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    _describe(root, title, description, lang)
    drawing: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return drawing


def _drop_styles_and_metadata(parent: ElementTree.Element) -> None:
    for child in list(parent):
        if child.tag in (f"{{{SVG}}}style", f"{{{SVG}}}metadata") or (
            child.tag == f"{{{SVG}}}defs" and all(part.tag == f"{{{SVG}}}style" for part in child)
        ):
            parent.remove(child)


def _unfold_style(element: ElementTree.Element) -> None:
    """``style="fill: #fff; opacity: 1"`` as the attributes of the same names."""
    for rule in element.attrib.pop("style", "").split(";"):
        name, _, value = rule.partition(":")
        if value:
            element.set(name.strip(), value.strip())


def _describe(root: ElementTree.Element, title: str, description: str, lang: str) -> None:
    root.attrib |= {"role": "img", "aria-labelledby": "title desc"}
    if lang:
        root.set(f"{{{XML}}}lang", lang)
    for place, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{name}", {"id": name})
        element.text = text
        root.insert(place, element)
