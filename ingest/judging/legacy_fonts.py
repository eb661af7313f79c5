"""Columns typed in a font that draws another script over Latin letters: the file is refused, its text is nonsense."""

from __future__ import annotations

from ingest.cleaning.naming import v
from ingest.errors import Refused
from ingest.judging.judged_drop import JudgedDrop
from ingest.readers.legacy_fonts import SAMPLED, font_of
from ingest.sql import quote

_TEXTS = ("text", "code")


def refuse_legacy_fonts(judged: JudgedDrop, file: str) -> None:
    """Raise Refused("wrong_format") that names the font, where a column of text is in one.

    Looks at some cells all over each table: whoever types in such a font does so in the whole column.
    """
    for table, cells in judged.cells.items():
        texts = [cell for cell in cells if cell.column.type in _TEXTS and not cell.column.vocabulary]
        if not texts or not judged.records[table]:
            continue
        columns = ", ".join(f"coalesce(_delivered[{quote(cell.name)}], {v(cell.name)})" for cell in texts)
        step = judged.records[table] // SAMPLED + 1
        rows, *sampled = judged.connection.sql(
            f"SELECT _row, {columns} FROM {judged.table(table)} WHERE _record % {step} = 0 ORDER BY _record"
        ).to_arrow_table()
        for cell, column in zip(texts, sampled, strict=True):
            if told := font_of(column.combine_chunks()):
                raise Refused(
                    "wrong_format",
                    f"{file}, table '{table}', column '{cell.name}': the text is typed in the font {told.font.told}, "
                    f"row {rows[told.first]} for one. Its letters only look like {told.font.script} in that font. "
                    "Convert the text to Unicode and send the file again.",
                )
