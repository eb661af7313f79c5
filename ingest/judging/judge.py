"""Contract + delivered tables → accepted or quarantined records, with reasons. Nothing is lost between.

Puts the steps in order; what a step decides is in the module of its name. Where results are written to is the business
of `store` and `feedback`.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import duckdb

from ingest.cleaning.look_ups import define_look_ups
from ingest.contracts.correction_words import Correction
from ingest.contracts.source import Source
from ingest.judging import cells, corrections, duplicates, not_yet, rules, totals
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.legacy_fonts import refuse_legacy_fonts
from ingest.judging.noted import noted_findings
from ingest.judging.references import disagreements, orphan_findings
from ingest.judging.swapped_dates import warn_of_swapped_dates
from ingest.judging.taking import alike, take
from ingest.judging.unfilled import warn_of_unfilled
from ingest.judging.unlisted import warn_of_unlisted
from ingest.sql import render
from ingest.tables.piece import Piece


def judge(
    pieces: Iterable[Piece],
    source: Source,
    *,
    placeholders: tuple[str, ...] = (),
    quarter_end: date | None = None,
    memory_limit: str = "1500MB",
    threads: int = 2,
    related: Mapping[str, str] | None = None,
    key: bytes | None = None,
    late_up_to: date | None = None,
    corrected: Sequence[Correction] = (),
    file: str = "the file",
) -> JudgedDrop:
    """Read every piece, then decide about every record: first cells, then keys, references and rules.

    `related` gives SQL relations for tables outside the drop that rules compare with, by `source/table` and
    quarters back (`mis/beneficiary`, `shg_status@1`); `key` makes the pseudonyms they are matched by.
    `late_up_to`: of an extract that came late, the day of its receipt. `corrected`: the corrections that cover this
    file; `file`: its name, for messages. Raises Refused as the readers and the layout do, and for text in a legacy
    font.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "preserve_insertion_order": True,
        }
    )
    judged = JudgedDrop(connection, source, quarter_end, key, late_up_to=late_up_to)
    # Values in clear may spill when memory is short: into a folder that is ours alone.
    judged.spill_to(tempfile.mkdtemp(prefix="sangam-"))
    connection.execute(render(__file__, "drop.sql", dropped_code=corrections.DROPPED))
    for _, group in itertools.groupby(pieces, key=lambda piece: alike(source, piece)):
        take(judged, group, placeholders)
    refuse_legacy_fonts(judged, file)
    judged.kinds = {name: source.template(name) for name in judged.cells}
    judged.source = source = source.as_found(judged.cells)
    define_look_ups(connection, source)
    corrections.apply(judged, corrected)
    for name in source.judging_order():
        _judge_table(judged, name)
    for name, table in source.tables.items():
        rules.apply_each(judged, name, table, "warning", related or {})
        totals.check_totals(judged, name, table)
        warn_of_swapped_dates(judged, name)
        warn_of_unfilled(judged, name)
        warn_of_unlisted(judged, name)
    corrections.flag(judged)
    not_yet.warn(judged)
    return judged


def _judge_table(judged: JudgedDrop, name: str) -> None:
    table = judged.source.tables[name]
    not_yet.read_as_not_yet(judged, name, table)
    noted_findings(judged, name)
    cells.cell_findings(judged, name)
    cells.order_findings(judged, name, table)
    rules.apply_each(judged, name, table, "error", {})
    duplicates.duplicate_findings(judged, name, table)
    references = [cell for cell in judged.cells[name] if cell.column.ref]
    for cell in references:
        orphan_findings(judged, name, cell)
        disagreements(judged, name, cell)
    # Within a table an orphan makes orphans of those that refer to it, until no more are found.
    inner = [cell for cell in references if cell.column.ref.partition(".")[0] == name]
    # Every reference is looked at in each pass, so no short cut at the first that finds something.
    while sum(orphan_findings(judged, name, cell) for cell in inner):
        pass
