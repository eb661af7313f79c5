"""The text that a person sees in a part of a page, and what fields of forms show."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

BREAK = "\x00"  # between lines; no page's text has it
FIELDS = frozenset(["input", "select", "textarea"])
_NO_DATA = frozenset(["hidden", "submit", "button", "reset", "image", "file", "password"])
_BOXES = {"☑": "TRUE", "☐": "FALSE"}
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class Text:
    """Pieces of text in the page's order, where text of tables within lies, whether some is not shown."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.nested: set[int] = set()
        self.has_unseen = False
        self.boxes = 0

    def shown(self, start: int = 0) -> str:
        """Lines, without blanks around them, from the piece `start` on. A box alone reads as workbooks' booleans do."""
        text = "".join(self.pieces[start:])
        if BREAK in text:
            lines = (_BLANKS.sub(" ", line).strip(" ") for line in text.split(BREAK))
            text = "\n".join(line for line in lines if line)
        else:
            text = _BLANKS.sub(" ", text).strip(" ")
        return _BOXES.get(text, text) if self.boxes == 1 else text

    def is_own(self) -> bool:
        """Whether there is text beside that of tables within."""
        own = (piece for at, piece in enumerate(self.pieces) if at not in self.nested)
        return any(piece.replace(BREAK, "").strip(" \t\r\n\f") for piece in own)

    def field(self, node: LexborNode, tag: str) -> None:
        """Add what a field of a form shows: the value, the chosen option, the tick."""
        words = node.attributes
        kind = (words.get("type") or "text").lower() if tag == "input" else ""
        if kind in ("checkbox", "radio"):
            self.boxes += 1
            self.pieces.append(" ☑ " if "checked" in words else " ☐ ")
        elif tag == "select":
            self.pieces.append(f" {BREAK.join(_chosen(node))} ")
        elif tag == "textarea":
            self.pieces += [BREAK, node.text().replace("\n", BREAK), BREAK]
        elif kind not in _NO_DATA:  # a kind nobody knows is text
            self.pieces.append(f" {words.get('value') or ''} ")


def _chosen(select: LexborNode) -> list[str]:
    """The options that are chosen: of a list that shows one, the last of them, or the first that can be chosen."""
    within = [
        option for child in select.iter() for option in (child.iter() if child.tag == "optgroup" else [child])
    ]
    options = [option for option in within if option.tag == "option"]
    chosen = [option for option in options if "selected" in option.attributes]
    if "multiple" not in select.attributes:
        able = [option for option in options if "disabled" not in option.attributes]
        chosen = chosen[-1:] or able[:1]
    return [option.text() for option in chosen]
