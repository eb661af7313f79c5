"""What of a page is shown, and how: hidden, invisible, struck out, raised, on a line of its own.

By the standard's own style sheet, attributes, inline styles and the page's `<style>`. Sheets of other files, scripts,
colours and positions are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_BLOCK_WORDS = """
    address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol optgroup p plaintext pre search section summary
    table ul xmp
"""
_LINE_WORDS = "block flex grid list-item table flow-root table-row table-caption"
_OTHER_WORDS = """
    none inline inline-block inline-flex inline-grid inline-table contents table-cell table-row-group table-header-group
    table-footer-group table-column table-column-group ruby ruby-text
"""
_BLOCKS, _LINES = frozenset(_BLOCK_WORDS.split()), frozenset(_LINE_WORDS.split())
_DISPLAYS = _LINES | frozenset(_OTHER_WORDS.split())
_KEPT = ("display", "visibility", "content-visibility", "text-decoration", "vertical-align")
_DECLARATION = re.compile(r"(?<![a-z-])([a-z-]++)\s*+:\s*([^;]*)")
_NO_STYLE = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*$")
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*|\*)?(?:[.#][\w-]+)*", re.IGNORECASE)
_ABOVE_THE_LINE = re.compile(r"super|\+?(?!0*\.?0*[a-z%]*$)[\d.]+[a-z%]*")
_NAME = re.compile(r"[.#]([\w-]+)")
_WORD = re.compile(r"[\w-]+")
_STYLE = re.compile(r"<style\b.*?(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
# What looking rules up may cost, in steps of a tenth of a microsecond to one.
_WORK, _WORK_A_LETTER, _LETTERS_A_STEP = 1_000_000, 5, 8
_PIECES = re.compile(r"([.#]?)([\w-]+)")
# What no page shows that nobody points at or has visited.
_FLEETING = re.compile(r"::|:(?:hover|focus|active|visited|target|before|after|first-l)")


class Look:
    """How an element's text looks. `is_there`: it takes a place; `is_seen`: its text can be read there."""

    __slots__ = (
        "is_block",
        "is_closed",
        "is_collapsed",
        "is_raised",
        "is_seen",
        "is_struck",
        "is_there",
        "plain",
        "shows",
    )

    def __init__(
        self,
        is_there: bool = True,
        is_seen: bool = True,
        is_collapsed: bool = False,
        is_struck: bool = False,
        is_raised: bool = False,
        is_block: bool = False,
        is_closed: bool = False,
    ) -> None:
        self.is_there, self.is_seen, self.is_collapsed = is_there, is_seen, is_collapsed
        self.is_struck, self.is_raised, self.is_block = is_struck, is_raised, is_block
        self.is_closed = is_closed  # a <details> of which only the summary is shown
        self.shows = is_there and is_seen and not (is_struck or is_closed)  # its text is there to be read
        self.plain: dict[str, Look] = {}  # looks of elements within it that have no attributes, by tag


class TooManyRules(Exception):  # noqa: N818 - of a page
    """Style sheets ask more of the page's elements than is looked up for a page of its size."""


class _Rule(NamedTuple):
    """What a simple selector asks of an element, and what holds for it."""

    weight: tuple[int, int, int, int]
    tag: str
    names: frozenset[str]  # ".class" and "#id"
    says: dict[str, tuple[bool, str]]


class Looks:
    """The looks of a page's elements. `sheets`: style sheets that its file brings along.

    Raises TooManyRules, also while elements are looked at.
    """

    def __init__(self, page: LexborHTMLParser, text: str, sheets: Iterable[str] = ()) -> None:
        own = [style.text() for style in page.css("style") if _is_for_screens(style)]
        self.work = _WORK + _WORK_A_LETTER * len(text)
        self.rules: dict[str, list[_Rule]] = {}  # by a name or the tag that they ask for
        self.apart: dict[int, list[_Rule]] = {}  # of selectors that only the parser knows, by element
        rules = [(selector.strip(), says) for sheet in (*sheets, *own) for selector, says in _rules(sheet)]
        words = frozenset(_WORD.findall(_STYLE.sub(" ", text))) if rules else frozenset()
        for number, (selector, says) in enumerate(rules):
            # Rules for names that no element has are many where a whole site shares a style sheet.
            if selector and not _FLEETING.search(selector) and words.issuperset(_NAME.findall(selector)):
                self._add(page, len(text), selector, number, says)
        self.names = frozenset(name for rules in self.rules.values() for r in rules for name in r.names)
        self.top = Look()
        self.known: dict[tuple[object, ...], Look] = {}
        self.looks: dict[tuple[bool, ...], Look] = {}

    def _add(
        self, page: LexborHTMLParser, size: int, selector: str, number: int, says: dict[str, tuple[bool, str]]
    ) -> None:
        weight = (*_specificity(selector), number)
        if _SIMPLE.fullmatch(selector):
            pieces = _PIECES.findall(selector)
            tag = next((name.lower() for sign, name in pieces if not sign), "")
            names = frozenset(sign + name for sign, name in pieces if sign)
            self.rules.setdefault(min(names, default=tag), []).append(_Rule(weight, tag, names, says))
            return
        self._spend(size // _LETTERS_A_STEP)
        try:
            hits = page.css(selector)
        except SelectolaxError:  # no selector: browsers pass the rule over, too
            return
        self._spend(4 * len(hits))
        for node in hits:
            self.apart.setdefault(node.mem_id, []).append(_Rule(weight, "", frozenset(), says))

    def _spend(self, steps: int) -> None:
        self.work -= steps
        if self.work < 0:
            raise TooManyRules

    def of(self, node: LexborNode, tag: str, above: Look) -> Look:
        """How an element within one of look `above` looks."""
        words = node.attributes
        if not words and not self.apart:
            look = above.plain.get(tag)
            if look is None:
                look = above.plain[tag] = self._look(node, tag, above, words)
            return look
        return self._look(node, tag, above, words)

    def _look(self, node: LexborNode, tag: str, above: Look, words: dict[str, str | None]) -> Look:
        apart = self.apart.get(node.mem_id, ())
        names: frozenset[str] = frozenset()
        if self.names and words:
            given = ["." + name for name in (words.get("class") or "").split()] + [f"#{words.get('id')}"]
            names = self.names.intersection(given)
        style = words.get("style") or ""
        is_off = "hidden" in words or (tag == "dialog" and "open" not in words)
        is_closed = tag == "details" and "open" not in words
        key = (tag, id(above), names, style, is_off, is_closed)
        look = None if apart else self.known.get(key)
        if look is None:
            rules = [rule for asked in ("", tag, *names) for rule in self.rules.get(asked, ())]
            self._spend(len(rules) + len(apart))
            rules = [rule for rule in rules if rule.tag in ("", tag) and rule.names <= names]
            values = _values(tag, above, _won([*rules, *apart], style), is_off, is_closed)
            look = self.looks.setdefault(values, Look(*values))
            if not apart:
                self.known[key] = look
        return look


def _values(tag: str, above: Look, says: dict[str, str], is_off: bool, is_closed: bool) -> tuple[bool, ...]:
    """What a look is made of."""
    display = says.get("display") or ("none" if is_off else "block" if tag in _BLOCKS else "inline")
    visibility = says.get("visibility", "inherit")
    within = above.is_there and not (above.is_closed and tag != "summary")
    aligned = "" if tag in _APART else says.get("vertical-align", "")
    return (
        within and display != "none" and says.get("content-visibility") != "hidden",
        above.is_seen if visibility == "inherit" else visibility == "visible",
        above.is_collapsed if visibility == "inherit" else visibility == "collapse",
        above.is_struck or "line-through" in says.get("text-decoration", _STRUCK.get(tag, "")),
        (above.is_raised and tag not in _APART)
        or tag == "sup"
        or _ABOVE_THE_LINE.fullmatch(aligned) is not None,
        display in _LINES,
        is_closed,
    )


_APART = frozenset(["td", "th", "caption"])  # whose lines are their own
_STRUCK = dict.fromkeys(("s", "strike", "del"), "line-through")


def _is_for_screens(style: LexborNode) -> bool:
    media = (style.attributes.get("media") or "all").lower()
    return any(word.strip() in ("all", "screen") for word in media.split(","))


def _rules(sheet: str) -> Iterable[tuple[str, dict[str, tuple[bool, str]]]]:
    """Selectors of a style sheet with what they say, where that is looked at. Rules for print are none."""
    text = _NO_STYLE.sub(" ", sheet)
    at, end = 0, len(text)
    while at < end:
        opened = text.find("{", at)
        if opened < 0:
            return
        head = text[at:opened].rpartition(";")[2].strip()  # @import and @charset end so
        if head.startswith("@"):
            if _SCREEN.match(head.lower()):
                at = (
                    opened + 1
                )  # its rules are read as others are; the brace that closes it is passed over below
                continue
            at = _closed(text, opened)
            continue
        closed = text.find("}", opened)
        closed = end if closed < 0 else closed
        if says := _declared(text[opened + 1 : closed]):
            for selector in head.lstrip("}").split(","):
                yield selector, says
        at = closed + 1


def _closed(text: str, opened: int) -> int:
    """Where the block that opens at `opened` has ended."""
    depth = 0
    for brace in re.compile("[{}]").finditer(text, opened):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def _declared(style: str) -> dict[str, tuple[bool, str]]:
    """What is looked at of a style: whether it is important, and the value."""
    says: dict[str, tuple[bool, str]] = {}
    for name, value in _DECLARATION.findall(style.lower()):
        name = "text-decoration" if name == "text-decoration-line" else name
        plain, _, important = value.partition("!")
        plain = plain.strip()
        if name in _KEPT and (name != "display" or plain in _DISPLAYS):
            is_important = important.strip() == "important"
            if is_important or not says.get(name, (False,))[0]:
                says[name] = (is_important, plain)
    return says


def _won(rules: list[_Rule], style: str) -> dict[str, str]:
    """Of all that is said of an element, what holds."""
    inline = _Rule((9, 0, 0, 0), "", frozenset(), _declared(style)) if style else None
    won: dict[str, tuple[bool, str]] = {}
    for rule in [*sorted(rules, key=lambda rule: rule.weight), *([inline] if inline else [])]:
        for name, (is_important, value) in rule.says.items():
            if is_important or not won.get(name, (False,))[0]:
                won[name] = (is_important, value)
    return {name: value for name, (_, value) in won.items()}


def _specificity(selector: str) -> tuple[int, int, int]:
    ids = selector.count("#")
    classes = len(re.findall(r"\.[\w-]|\[|:(?!not|is|where)", selector))
    return ids, classes, len(re.findall(r"(?:^|[\s>+~(])[a-z]", selector, re.IGNORECASE))
