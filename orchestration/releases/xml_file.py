"""Builds XML for donors: elements from plain values, nothing that XML cannot hold, the same bytes each time."""

import re

from lxml import etree

# What XML 1.0 cannot hold (w3.org/TR/xml, production 2): control characters and non-characters.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def child(
    parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | None
) -> etree._Element:
    """Add an element with text and attributes and return it.

    Attributes that are None are left out; `_` in their names stands for `-`.
    """
    made = etree.SubElement(parent, name)
    for attribute, value in attributes.items():
        if value is not None:
            made.set(attribute.rstrip("_").replace("_", "-"), legal(value))
    if text is not None:
        made.text = legal(text)
    return made


def legal(text: str) -> str:
    """Return the text without space at its ends; a character that XML cannot hold becomes U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text).strip()


def to_bytes(root: etree._Element) -> bytes:
    """Return the document: UTF-8, indented by two spaces, a line feed at its end."""
    etree.indent(root, "  ")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
