"""Matching a delivered header to the columns of a contract.

Labels are compared after the same cleaning as text, case-folded. What is not known stops the file, with the
nearest known name, so that a renamed column is mended and never silently dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.contracts.column import Column
from ingest.contracts.table import Table
from ingest.errors import Refused
from ingest.nearest import nearest

_INVISIBLE = re.compile("[\u180e\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u061c\u202a-\u202e\u2066-\u2069]")
_NAMED, _COMPARED = (
    20,
    200,
)  # columns nobody knows: so many are named, and compared with those that are missing
_SPACE = re.compile(r"[\s\x85]+")


def match_form(label: str | None) -> str:
    """A label as it is compared: NFC, no invisible characters, white space folded, case-folded."""
    folded = _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", label or "")))
    return unicodedata.normalize("NFC", folded.strip().casefold())


@dataclass(frozen=True)
class Found:
    """A column of the contract found in a file: under which name, by which words, at which position."""

    name: str
    column: Column
    position: int
    label: str


@dataclass(frozen=True)
class HeaderMatch:
    """What a row of labels has of a table's columns."""

    found: tuple[Found, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]


def _spellings(label: str) -> list[str]:
    """The label, and its halves where it is bilingual (`नाव / Name`)."""
    whole = match_form(label)
    return [whole, *(part for part in re.split(r" / ", whole) if part)]


def match_header(labels: Sequence[str | None], table: Table) -> HeaderMatch:
    """Find the table's columns among `labels` (one a position, blank ones are no columns)."""
    wanted = {name: column for name, column in table.columns.items() if not column.from_context}
    by_alias = {
        match_form(alias): name
        for name, column in wanted.items()
        for alias in ((name, *column.header) if not column.header_like else column.header)
    }
    patterns = [(re.compile(c.header_like, re.I), name) for name, c in wanted.items() if c.header_like]
    ignored = {match_form(name) for name in table.ignored}
    found: dict[str, Found] = {}
    unknown: list[str] = []
    twice: list[str] = []
    matched_names: set[str] = set()
    for position, label in enumerate(labels):
        if not match_form(label):
            continue
        known = next((by_alias[s] for s in _spellings(label or "") if s in by_alias), None)
        name = known
        if known is None:
            hits = ((p.search(match_form(label)), n) for p, n in patterns)
            hit, known = next(((m, n) for m, n in hits if m), (None, None))
            name = known and known.format(None, *hit.groups()) if hit else None
        if name is None or known is None:
            if not ignored.intersection(_spellings(label or "")):
                unknown.append(label or "")
        elif name in found:
            twice.append(label or "")
        else:
            found[name] = Found(name, wanted[known], position, label or "")
            matched_names.add(known)
    missing = tuple(
        n
        for n, c in wanted.items()
        if n not in matched_names and not c.optional and not _has_split(c, matched_names)
    )
    return HeaderMatch(tuple(found.values()), missing, tuple(unknown), tuple(twice))


def _has_split(column: Column, names: Collection[str]) -> bool:
    """Whether there are columns of the choices of an answer, which then need not be there as one cell, too."""
    before, code, after = column.split.partition("{code}")
    return bool(code) and any(
        name.startswith(before) and name.endswith(after) and name != before + after for name in names
    )


def _spelled(names: Sequence[str]) -> dict[str, str]:
    """Every spelling of the names, with the first name it is of."""
    spelled: dict[str, str] = {}
    for name in names:
        for spelling in _spellings(name):
            spelled.setdefault(spelling, name)
    return spelled


def require(match: HeaderMatch, table: Table, table_name: str, file: str) -> tuple[Found, ...]:
    """The found columns, when nothing is missing, unknown or twice.

    Raises Refused: `missing_column` for a missing column, `wrong_format` for an unknown or doubled one.
    """
    if match.missing:
        hints = []
        for name in match.missing:
            near = nearest(_spelled((name, *table.columns[name].header)), _spelled(match.unknown[:_COMPARED]))
            hints.append(f"'{name}'" + (f" (the file has '{near}': rename it back)" if near else ""))
        raise Refused(
            "missing_column",
            f"{file}, table '{table_name}': {'column' if len(hints) == 1 else 'columns'} {', '.join(hints)} "
            f"{'is' if len(hints) == 1 else 'are'} missing. Send the file with all columns of the contract.",
        )
    if match.unknown or match.twice:
        known = _spelled(
            [label for name, column in table.columns.items() for label in (name, *column.header)]
        )
        hints = [
            f"'{u}' is not known"
            + (f" (did you mean '{n}'?)" if (n := nearest(_spellings(u), known)) else "")
            for u in match.unknown[:_NAMED]
        ]
        hints += [f"'{t}' is there twice" for t in match.twice[:_NAMED]]
        more = len(match.unknown) + len(match.twice) - len(hints)
        raise Refused(
            "wrong_format",
            f"{file}, table '{table_name}': column {', '.join(hints)}{f' and {more:,} more' * (more > 0)}. Remove it "
            "or rename it; if it is new, agree it first so that the contract can name it.",
        )
    return match.found
