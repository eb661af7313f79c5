"""Tables that a delivery has and that hold no record: perhaps there was none, perhaps a part of the file is lost."""

from __future__ import annotations

from ingest.judging.judged_drop import JudgedDrop


def warn_of_unfilled(judged: JudgedDrop, name: str) -> None:
    """`empty_table`: a table without records, in any format."""
    if judged.records.get(name):
        return
    message = f"Table '{name}' is there and holds no record. If it should, export it again and send that."
    judged.connection.execute(
        "INSERT INTO warnings VALUES (?, NULL, 'empty_table', NULL, '', ?)", [name, message]
    )
