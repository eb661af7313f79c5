"""Reasons that stand beside the cells: a number that is not the record's own, a formula without result, what is hidden,
a line with another number of cells than the header, an odd quote.
"""

from __future__ import annotations

import pyarrow as pa

from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.keys import key_text
from ingest.sql import render

# Accepted with a warning; all other notes hold the record back.
_WARNINGS = {
    "hidden_row": "The row is hidden in the sheet and was read. If it is not meant, take it out.",
    "hidden_column": "The column is hidden in the sheet and was read. If it is not meant, take it out.",
    "hidden_sheet": "The sheet is hidden and was read. If it is not meant, take it out.",
    "hidden_not_read": "The page hides cells that have text, or has them outside its tables; they were not read. If "
    "they are meant, show them and save the page again.",
}


def noted_findings(judged: JudgedDrop, name: str) -> None:
    """A finding or a warning for each note about a table's records."""
    if not (notes := judged.noted.get(name)):
        return
    numbers, codes, columns = zip(*notes, strict=True)
    messages = [_WARNINGS.get(code, "") for code in codes]
    judged.connection.register(
        "notes",
        pa.table(
            {"record": numbers, "code": codes, "col": [c or None for c in columns], "message": messages},
            schema=pa.schema(
                [
                    ("record", pa.int64()),
                    ("code", pa.string()),
                    ("col", pa.string()),
                    ("message", pa.string()),
                ]
            ),
        ),
    )
    judged.connection.execute(
        "INSERT INTO findings SELECT $1, record, code, col FROM notes WHERE message = ''", [name]
    )
    judged.connection.execute(
        render(__file__, "noted.sql", table=name, records=judged.table(name), key=key_text(judged, name))
    )
    judged.connection.unregister("notes")
