"""A picture's SVG text made fit to stand inside a page: one element, no scripts, nothing fetched, ids of its own."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from designer.errors import ExportError

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_DROPPED = {"script", "foreignObject", "iframe", "object", "embed", "a", "animate", "set", "animateTransform", "style"}
_EMBEDDED_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)", re.IGNORECASE)

ElementTree.register_namespace("", _SVG)
ElementTree.register_namespace("xlink", _XLINK)


def inline_svg(text: str, prefix: str, title: str) -> str:
    """The picture as one ``svg`` element that scales with the page.

    Args:
        text: SVG, with or without an XML declaration.
        prefix: Put before its ids, so that several pictures keep apart.
        title: What it shows, for those who do not see it.

    Raises:
        ExportError: The text is no SVG.
    """
    if "<!ENTITY" in text:
        raise ExportError("the picture declares entities of its own, which no drawing of ours does")
    try:
        root = ElementTree.fromstring(without_control_letters(text))
    except ElementTree.ParseError as error:
        raise ExportError(f"the picture is no SVG: {error}") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise ExportError(f"the picture is no SVG: its outermost element is {root.tag}")
    _clean(root, prefix)
    if "viewBox" not in root.attrib and {"width", "height"} <= root.attrib.keys():
        sides = [re.sub(r"[^\d.].*", "", root.attrib[side]) for side in ("width", "height")]
        root.set("viewBox", f"0 0 {sides[0]} {sides[1]}")
    for side in ("width", "height"):
        root.attrib.pop(side, None)
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode")


def without_control_letters(text: str) -> str:
    """The text without what neither XML nor a file in UTF-8 can hold: control letters, halves of surrogate pairs."""
    return _UNWRITABLE.sub("", text)


def _clean(element: ElementTree.Element, prefix: str) -> None:
    for name, value in list(element.attrib.items()):
        plain = name.rpartition("}")[2].lower()
        if plain.startswith("on") or (plain == "href" and not _is_own(value)):
            del element.attrib[name]
        elif plain == "id":
            element.set(name, prefix + value)
        elif plain == "href":
            element.set(name, f"#{prefix}{value[1:]}" if value.startswith("#") else value)
        else:
            element.set(name, _REFERENCE.sub(lambda found: _own_reference(found[2], prefix), value))
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in _DROPPED:
            element.remove(child)
        else:
            _clean(child, prefix)


def _is_own(reference: str) -> bool:
    return reference.startswith("#") or bool(_EMBEDDED_PICTURE.match(reference))


def _own_reference(reference: str, prefix: str) -> str:
    return f"url(#{prefix}{reference[1:]})" if reference.startswith("#") else "none"
