"""Spellings that a vocabulary does not list, in columns where they stay as they are delivered (`others_stay`)."""

from __future__ import annotations

from ingest.cleaning.naming import v
from ingest.contracts.vocabularies import spellings
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.sql import quote, render


def warn_of_unlisted(judged: JudgedDrop, name: str) -> None:
    """`unlisted`: a warning for each accepted record with a spelling that nobody has listed."""
    for cell in judged.cells.get(name, []):
        if cell.column.others_stay:
            codes = sorted(set(spellings(cell.column, judged.source.vocabularies).values()))
            judged.connection.execute(
                render(
                    __file__,
                    "unlisted.sql",
                    table=name,
                    records=judged.accepted(name),
                    key=key_text(judged, name),
                    column=cell.name,
                    value=v(cell.name),
                    codes=[quote(code) for code in codes],
                )
            )
