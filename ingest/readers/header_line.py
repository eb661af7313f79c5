"""Which of the first records of a delimited file is its header, and what is odd about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

SEARCHED = 40
_YEAR = re.compile(r"(?:FY ?)?(?:19|20)\d\d(?:[-/]\d{2,4})?")
_CODE = re.compile(r"\S*\d\S*")
_BREAK = re.compile(r"\r\n|\r|\n")
MOST_COLUMNS = 16_384  # as many as a worksheet has


def title_lines(
    rows: Sequence[Sequence[str]], lines: Sequence[int], is_record: Callable[[Sequence[str]], bool]
) -> int:
    """How many records stand above the header: those of one cell, or of one filled cell set apart by an empty line or
    standing above a row of labels, which is no record by `is_record`.

    `lines`: the first line of each.
    """
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    count = 0
    while count < len(rows) and _is_title(rows[count], usual):
        count += 1
    if not count or count == len(rows) or len(rows[count]) != usual or not all(rows[count][:2]):
        return 0
    apart = lines[count] - lines[count - 1] > sum(len(_BREAK.findall(cell)) for cell in rows[count - 1]) + 1
    alone = all(len(row) == 1 for row in rows[:count])
    return count if apart or alone or _are_labels(rows[count], rows[count + 1 :], is_record) else 0


def _are_labels(
    row: Sequence[str], below: Sequence[Sequence[str]], is_record: Callable[[Sequence[str]], bool]
) -> bool:
    """Whether a row names columns: filled up to its end, of different texts, and unlike records."""
    labels = [cell.strip() for cell in row]
    while labels and not labels[-1]:
        labels.pop()
    is_full = len(labels) > 2 and all(labels) and len(set(labels)) == len(labels)
    if not is_full or is_record(row):
        return False
    known = sum(map(is_record, below))
    return known * 2 > len(below) if known else not any(map(_CODE.fullmatch, labels))


def _is_title(row: Sequence[str], usual: int) -> bool:
    is_one_cell = sum(bool(cell.strip()) for cell in row) == 1
    return is_one_cell and (len(row) < usual or len(row) == usual > 1)


def remarks_on(
    labels: Sequence[str],
    below: Sequence[Sequence[str]],
    is_record: Callable[[Sequence[str]], bool],
    quote: str,
) -> list[str]:
    """What is odd about a header: it looks like a record, the row below looks like more of it, it has quotes."""
    found = []
    if sum(map(bool, labels)) * 2 < len(labels):
        found.append("blank_header")
    if is_record(labels) and _is_like(labels, below):
        found.append("no_header")
    if below and _goes_on(labels, below, is_record):
        found.append("more_header")
    if any(quote in label for label in labels):
        found.append("quoted_header")
    return found


def _is_like(labels: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether all labels with digits, not all of them years, are written as cells below them are."""
    places = [place for place, label in enumerate(labels) if re.search(r"\d", label)]
    shapes = [{_shape(row[place]) for row in below if place < len(row)} for place in places]
    alike = all(_shape(labels[place]) in known for place, known in zip(places, shapes, strict=True))
    return alike and not all(_YEAR.fullmatch(labels[place]) for place in places)


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", cell))


def _goes_on(
    labels: Sequence[str], below: Sequence[Sequence[str]], is_record: Callable[[Sequence[str]], bool]
) -> bool:
    again = len(labels) > 1 and [cell.strip().casefold() for cell in below[0]] == [
        label.strip().casefold() for label in labels
    ]
    others = below[1:]
    unlike = not is_record(below[0]) and len(others) > 1 and sum(map(is_record, others)) > len(others) * 0.9
    return again or unlike
