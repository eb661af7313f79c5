"""Deliveries with one fault each, as Hypothesis strategies.

A fault hits the structure and never a value alone: nobody can tell a value from another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from tests.fuzz.formats import FORMATS, Format, Record, Token, marked

_WORDS = ("Sita", "Rukmani Devi", "Ali Khan", "O'Neill", "José", "Zoë", "Bibi", "naye", "Dadu", "Thul")
_ODD = (
    "",
    ", ",
    "; ",
    '"',
    "'",
    "\\",
    "<b>",
    "& ",
    " (x)",
    "|",
    " = ",
    "#",
    "--",
    "%",
    "é",
    "\\n",
    "$$",
    "{",
    "]",
)


@dataclass(frozen=True)
class Delivery:
    """A file with a fault. `gone`: records of which nothing is left and that no format could miss.

    `is_judged`: whether what was read can be held against the truth: bytes of a text changed within a file that has
    no check sum are values like any other.
    """

    format: Format
    fault: str
    records: tuple[Record, ...]
    content: bytes
    gone: frozenset[Record] = frozenset()
    is_judged: bool = True


Pick = Callable[[int, int], int]  # a whole number from the first to the second


def deliveries() -> st.SearchStrategy[Delivery]:
    """Deliveries of some format with some fault, which shrink."""
    return st.composite(lambda draw: _delivery(lambda low, high: draw(st.integers(low, high))))()


def far_apart(series: int) -> st.SearchStrategy[Delivery]:
    """The same, none like the one before: for many."""
    return st.integers(0, 2**64).map(lambda number: _delivery(Random(f"{series} {number}").randint))


def _delivery(pick: Pick) -> Delivery:
    form = FORMATS[pick(0, len(FORMATS) - 1)]
    faults = list(_IN_BYTES if form.write is None else {**_IN_TOKENS, **_IN_BYTES})
    fault, made = faults[pick(0, len(faults) - 1)], _records(pick)
    if form.write is None or fault in _IN_BYTES:
        content = form.pack(_text([*form.write(made)])) if form.write else form.whole(made)  # type: ignore[misc]
        is_judged = form.name in _CHECKED or (fault == "bytes cut" and form.ends)
        return Delivery(form, fault, made, _IN_BYTES[fault](content, pick), is_judged=is_judged)
    hit = _IN_TOKENS[fault]([*form.write(made)], form, pick)
    if isinstance(hit, bytes):
        return Delivery(form, fault, made, form.pack(hit))
    left = {token.record for token in hit if token.text}
    gone = frozenset(record for number, record in enumerate(made, 1) if number not in left)
    # What is written of an OpenDocument sheet are its rows; what stands around them is put there afterwards.
    is_fine = fault == "drop records" or (fault == "truncate" and (not form.ends or form.kind == "ods"))
    return Delivery(form, fault, made, form.pack(_text(hit)), gone if is_fine else frozenset())


def _records(pick: Pick) -> tuple[Record, ...]:
    """Three to eight records with texts that formats have to quote or escape."""
    first, made = pick(1000, 9000), []
    for number in range(first, first + pick(3, 8)):
        word, odd = (lambda: _WORDS[pick(0, len(_WORDS) - 1)]), (lambda: _ODD[pick(0, len(_ODD) - 1)])
        note = f"{word()}{odd()}{word()}{odd()}x"
        made.append(marked((f"P{number}", word(), str(pick(1, 99999)), note)))
    return tuple(made)


def _text(tokens: Sequence[Token]) -> bytes:
    return "".join(token.text for token in tokens).encode()


def _at(tokens: Sequence[Token], kinds: Sequence[str], pick: Pick) -> int:
    """The place of a token of one of the kinds."""
    places = [at for at, token in enumerate(tokens) if token.kind in kinds and token.text]
    return places[pick(0, len(places) - 1)] if places else 0


_STRUCTURE = ("between", "quote", "record", "word", "frame")


def _whole(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    return tokens


def _truncate(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    at = pick(1, len(tokens) - 1)
    last = tokens[at]
    return [*tokens[:at], replace(last, text=last.text[: pick(0, len(last.text))])]


def _repeat(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    start = _at(tokens, _STRUCTURE, pick)
    stop = min(start + pick(1, 30), len(tokens))
    return tokens[:stop] + tokens[start:]


def _repeat_record(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    first, last = _span(tokens, pick(0, 3), pick(0, 1))
    return tokens[: last + 1] + tokens[first:]


def _swap(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    at = min(_at(tokens, ("between", "record", "word", "frame"), pick), len(tokens) - 2)
    return [*tokens[:at], tokens[at + 1], tokens[at], *tokens[at + 2 :]]


def _swap_records(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    first, second = _span(tokens, pick(1, 2), 0), _span(tokens, 3, 0)
    if first[1] >= second[0]:
        return tokens
    middle = tokens[first[1] + 1 : second[0]]
    return [
        *tokens[: first[0]], *tokens[second[0] : second[1] + 1], *middle, *tokens[first[0] : first[1] + 1],
        *tokens[second[1] + 1 :],
    ]  # fmt: skip


def _drop(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    at = _at(tokens, ("between", "quote", "record", "word"), pick)
    return tokens[:at] + tokens[at + 1 :]


def _drop_some(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    """Several structural tokens, here and there."""
    for _ in range(pick(2, 4)):
        tokens = _drop(tokens, form, pick)
    return tokens


def _drop_records(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    first, last = _span(tokens, pick(1, 3), pick(0, 2))
    return tokens[:first] + tokens[last + 1 :]


def _unbalance(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    at = _at(tokens, _STRUCTURE, pick) + pick(0, 1)
    strays = form.strays
    if form.kind in ("delimited", "zip") and not any(token.kind == "quote" for token in tokens):
        strays = tuple(
            stray for stray in strays if stray != '"'
        )  # where no cell is enclosed, it is a letter: 6"
    beside = {tokens[at - 1].kind, tokens[min(at, len(tokens) - 1)].kind}
    if "value" in beside and form.kind in ("mysqldump", "pg_dump"):
        within = "\t\n" if form.name == "pg_dump" else "'"  # elsewhere a quotation mark is a letter, or a tab
        strays = tuple(stray for stray in strays if stray in within)
    if beside == {"quote", "value"} and form.kind in ("delimited", "zip"):
        strays = ('"',)  # within quotes anything else is a letter
    if "value" in beside and form.kind in ("xlsx", "ods"):
        strays = tuple(stray for stray in strays if "<" in stray)
    return [*tokens[:at], Token(strays[pick(0, len(strays) - 1)], "frame"), *tokens[at:]]


def _damage(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    """A letter of a keyword or tag, of a delimiter where there are none."""
    at = _at(tokens, ("word", "between", "record"), pick)
    text = tokens[at].text
    place = pick(0, len(text) - 1)
    other = "X" if text[place] != "X" else "Q"
    return [
        *tokens[:at],
        replace(tokens[at], text=text[:place] + other + text[place + 1 :]),
        *tokens[at + 1 :],
    ]


def _insert_lines(tokens: list[Token], form: Format, pick: Pick) -> list[Token]:
    at = _at(tokens, ("record",), pick)
    stray = ("\n", "\n\n", " ", "\x00", "\ufeff", "\x1a", "garbage", "﻿\n", "#\n")[pick(0, 8)]
    return [*tokens[: at + 1], Token(stray, "frame"), *tokens[at + 1 :]]


def _span(tokens: Sequence[Token], record: int, more: int) -> tuple[int, int]:
    """First and last token of a record and of some more after it."""
    places = [
        at
        for at, token in enumerate(tokens)
        if token.record is not None and record <= token.record <= record + more
    ]
    return (places[0], places[-1]) if places else (0, 0)


_ENCODINGS = (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "latin-1",
    "cp1256",
    "utf-32",
    "mac-roman",
)


def _encode(tokens: list[Token], form: Format, pick: Pick) -> bytes:
    return _text(tokens).decode().encode(_ENCODINGS[pick(0, len(_ENCODINGS) - 1)], "replace")


def _encode_twice(tokens: list[Token], form: Format, pick: Pick) -> bytes:
    return _text(tokens).decode("latin-1").encode()


def _shift(tokens: list[Token], form: Format, pick: Pick) -> bytes:
    """A byte gone from text of two bytes a letter: all that follows is read askew."""
    content = "".join(token.text for token in tokens).encode("utf-16")
    at = pick(0, len(content) - 1)
    return content[:at] + content[at + 1 :]


Fault = Callable[[list[Token], Format, Pick], "list[Token] | bytes"]
_IN_TOKENS: dict[str, Fault] = {
    "none": _whole, "truncate": _truncate, "repeat": _repeat, "repeat record": _repeat_record, "swap": _swap,
    "swap records": _swap_records, "drop": _drop, "drop some": _drop_some, "drop records": _drop_records,
    "unbalance": _unbalance, "damage word": _damage, "stray lines": _insert_lines, "re-encode": _encode,
    "encode twice": _encode_twice, "shift": _shift,
}  # fmt: skip


def _cut(content: bytes, pick: Pick) -> bytes:
    return content[: pick(0, len(content) - 1)]


def _part(content: bytes, pick: Pick) -> tuple[int, int]:
    start = pick(0, len(content) - 1)
    return start, min(start + pick(1, 600), len(content))


def _repeat_bytes(content: bytes, pick: Pick) -> bytes:
    start, stop = _part(content, pick)
    return content[:stop] + content[start:]


def _drop_bytes(content: bytes, pick: Pick) -> bytes:
    start, stop = _part(content, pick)
    return content[:start] + content[stop:]


def _swap_bytes(content: bytes, pick: Pick) -> bytes:
    size = min(512, len(content) // 3)
    first, second = sorted((pick(0, len(content) // size - 1), pick(0, len(content) // size - 1)))
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    blocks[first], blocks[second] = blocks[second], blocks[first]
    return b"".join(blocks)


def _flip(content: bytes, pick: Pick) -> bytes:
    made = bytearray(content)
    for _ in range(pick(1, 8)):
        made[pick(0, len(made) - 1)] ^= 1 << pick(0, 7)
    return bytes(made)


def _insert_byte(content: bytes, pick: Pick) -> bytes:
    at = pick(0, len(content))
    return content[:at] + bytes([pick(0, 255)]) + content[at:]


# Of packed files, whose parts have check sums; of others for what they may end, not for what they say.
_IN_BYTES: dict[str, Callable[[bytes, Pick], bytes]] = {
    "bytes cut": _cut, "bytes repeated": _repeat_bytes, "bytes dropped": _drop_bytes, "bytes swapped": _swap_bytes,
    "bits flipped": _flip, "byte inserted": _insert_byte,
}  # fmt: skip
_CHECKED = ("gzip", "zip", "mysqldump gzip", "xlsx", "ods")
