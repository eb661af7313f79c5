"""What a slip says of one delivered file, as plain data: from the judged drop, or of a refused file.

Which findings there are and what became of the last delivery's is in `ingest.feedback.findings`; how it looks is in
`summary` and `table_sheet`. Bounded: a file with a million faults makes a slip of some thousand rows that says what it
left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.contracts.column import Column
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import spellings
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import Receipt, TableCounts
from ingest.feedback import findings
from ingest.feedback.catalogue import Catalogue
from ingest.feedback.messages import expected
from ingest.feedback.slip.ranges import runs
from ingest.feedback.slip.rows import TableRows, faulty_rows, marked
from ingest.judging.judged_drop import JudgedDrop
from ingest.nearest import nearest
from ingest.sql import quote, render

# Findings in which the value itself is what is wrong: a value that comes more than once has a line of its own.
BY_VALUE = (
    "bad_date", "future_date", "bad_number", "ambiguous_grouping", "out_of_range", "bad_identifier",
    "unknown_code", "bad_code", "wrong_letters", "orphan_reference", "reference_mismatch", "choice_mismatch",
)  # fmt: skip
VALUES_SHOWN = 5  # such lines for each column and code; all other values share one, with some examples
EXAMPLES_SHOWN = 4
KEYS_SHOWN = 3
GROUPS_SHOWN = 200
_ROWS_LISTED = 5000  # row numbers looked at for the ranges


@dataclass(frozen=True)
class Group:
    """Findings that are alike, told in one line. `label`: the column's header in the file; `values`: some of them."""

    table: str
    column: str
    label: str
    letter: str
    code: str
    severity: str
    values: tuple[str, ...]
    values_more: int
    count: int
    new: int
    rows: str
    rows_more: int
    keys: tuple[str, ...]
    message: str
    suggestion: str

    @property
    def open(self) -> int:
        """How many of them the last delivery had, too."""
        return self.count - self.new


@dataclass(frozen=True)
class ResolvedFindings:
    """Findings that only the last delivery had."""

    table: str
    column: str
    label: str
    code: str
    message: str
    count: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """A total row that does not add up."""

    table: str
    label: str
    status: str


@dataclass(frozen=True)
class FileContent:
    """All that a slip says of one file."""

    delivery: Delivery
    kind: str
    last: str  # the delivery compared with: its quarter and file; empty for a first one
    refusal: tuple[str, str, str] | None = None  # code, message, status
    tables: Mapping[str, TableCounts] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    groups_more: int = 0
    totals: tuple[Total, ...] = ()
    resolved: tuple[ResolvedFindings, ...] = ()
    rows: tuple[TableRows, ...] = ()
    columns: dict[tuple[str, str], Column] = field(default_factory=dict)  # by table and name
    labels: dict[tuple[str, str], str] = field(default_factory=dict)  # the same columns' headers in the file
    unread: tuple[str, ...] = ()  # files of a zip of which nothing was read
    source: Source | None = None  # the contract; none for a refused file

    @property
    def is_worth_sending(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.refusal or self.groups or self.totals or self.resolved or self.unread)

    @property
    def is_dump(self) -> bool:
        """Whether the file is a database dump, in which people count records and not rows."""
        return self.kind in ("mysqldump", "pg_dump")

    def expected(self, table: str, column: str, code: str, words: Catalogue) -> str:
        """What the cells of a column may hold, where a finding is about their value."""
        spec = self.columns.get((table, column))
        if (
            spec is None
            or self.source is None
            or code not in BY_VALUE
            or code.startswith(("orphan_", "reference_", "choice_"))
        ):
            return ""
        parent = self.labels.get((table, spec.within), spec.within)
        return expected(spec.model_copy(update={"within": parent}), self.source, words)

    def count(self, word: str) -> int:
        """read, accepted or quarantined over all tables."""
        return sum(getattr(counts, word) for counts in self.tables.values())


def refused_content(
    delivery: Delivery, code: str, message: str, status: str, last: Sequence[Receipt]
) -> FileContent:
    """What is said of a refused file."""
    return FileContent(delivery, "", last_words(last), (code, message, status))


def judged_content(
    judged: JudgedDrop, delivery: Delivery, counts: Mapping[str, TableCounts], last: Sequence[Receipt]
) -> FileContent:
    """What is said of a judged file; `findings.gather` comes first."""
    groups = _groups(judged)
    return FileContent(
        delivery,
        judged.kind,
        last_words(last),
        tables=counts,
        groups=tuple(groups[:GROUPS_SHOWN]),
        groups_more=max(0, len(groups) - GROUPS_SHOWN),
        totals=_totals(judged),
        resolved=_resolved(judged),
        rows=_rows(judged),
        columns={(t, cell.name): cell.column for t, cells in judged.cells.items() for cell in cells},
        labels={
            (t, cell.name): label(judged, t, cell.name) for t, cells in judged.cells.items() for cell in cells
        },
        unread=tuple(judged.unread),
        source=judged.source,
    )


def _rows(judged: JudgedDrop) -> tuple[TableRows, ...]:
    """The faulty rows of each table that has any, in the contract's order."""
    faulty = judged.connection.execute("SELECT DISTINCT tbl FROM stated WHERE record IS NOT NULL").fetchall()
    return tuple(faulty_rows(judged, table) for table in judged.source.tables if (table,) in faulty)


def last_words(last: Sequence[Receipt]) -> str:
    """The deliveries that were compared with, the latest first."""
    latest_first = sorted(last, key=lambda r: (r.quarter, r.received_at), reverse=True)
    return ", ".join(f"{r.file} ({r.quarter}, {r.received_at:%Y-%m-%d})" for r in latest_first)


def _groups(judged: JudgedDrop) -> list[Group]:
    """Findings gathered by table, column, code and, where equal values come often, value; errors first, most first."""
    select = render(
        __file__,
        "groups.sql",
        by_value=[quote(code) for code in BY_VALUE],
        values_shown=VALUES_SHOWN,
        examples_shown=EXAMPLES_SHOWN,
        rows_listed=_ROWS_LISTED,
        keys_shown=KEYS_SHOWN,
    )
    rows = judged.connection.execute(select).fetchall()
    return [_group(judged, *row) for row in rows]


def _group(
    judged: JudgedDrop, table: str, code: str, severity: str, column: str, values: list[str] | None, kinds: int,
    count: int, new: int, rows: list[int] | None, keys: list[str] | None, message: str,
) -> Group:  # fmt: skip
    text, named = runs(rows or [])
    by_value = code in BY_VALUE or code.startswith("rule:") or severity == "warning"
    shown = [value for value in values or [] if value] if by_value else []
    kinds = kinds if shown else 0
    spec = next((cell.column for cell in judged.cells[table] if cell.name == column), None)
    about = marked(judged.source.tables[table], code, column)
    rule = judged.source.tables[table].rules.get(code.removeprefix("rule:"))
    return Group(
        table,
        column,
        " + ".join(label(judged, table, name) for name in about),
        ", ".join(filter(None, (findings.letter(judged, table, name) for name in about))),
        code,
        severity,
        tuple(shown),
        int(kinds) - len(shown),
        int(count),
        int(new),
        text,
        int(count) - named if text else 0,
        tuple(key for key in keys or [] if key and not key.startswith("row:")),
        message or (rule.message if rule else ""),
        _nearest(judged, spec, shown[0]) if code == "unknown_code" and spec and len(shown) == 1 else "",
    )


def label(judged: JudgedDrop, table: str, column: str) -> str:
    """A column's header as it stands in the file; its own name where it comes from elsewhere."""
    found = next((f for f in judged.delivered.get(table, ()) if f.name == column), None)
    return found.label.strip() if found and found.position >= 0 and found.label.strip() else column


def _nearest(judged: JudgedDrop, spec: Column, value: str) -> str:
    """The agreed spelling most like the value; empty where none is."""
    words = [word.rpartition("\x1f")[2] for word in spellings(spec, judged.source.vocabularies)]
    return nearest([value], {word: word for word in words}, alike=0.72)


def _totals(judged: JudgedDrop) -> tuple[Total, ...]:
    rows = judged.connection.execute(
        "SELECT tbl, key, status FROM stated WHERE code = 'total_mismatch' ORDER BY tbl, key"
    ).fetchall()
    return tuple(Total(*row) for row in rows)


def _resolved(judged: JudgedDrop) -> tuple[ResolvedFindings, ...]:
    rows = judged.connection.execute(
        "SELECT tbl, col, code, min(message), count(*), list(DISTINCT key ORDER BY key)[1:5] FROM resolved "
        "GROUP BY tbl, col, code, severity ORDER BY severity, count(*) DESC, tbl, code, col"
    ).fetchall()
    return tuple(
        ResolvedFindings(
            t,
            c,
            label(judged, t, c),
            code,
            said,
            int(n),
            tuple(k for k in keys if k and not k.startswith("row:")),
        )
        for t, c, code, said, n, keys in rows
    )
