"""References to records that are not in the drop, or were themselves quarantined. Rows of the drop's `findings`."""

from __future__ import annotations

from ingest.cleaning.columns import CellSql
from ingest.cleaning.naming import v
from ingest.judging.judged_drop import JudgedDrop
from ingest.sql import quote


def orphan_findings(judged: JudgedDrop, name: str, cell: CellSql) -> int:
    """References to a record that is not in the drop, or was itself quarantined. Returns how many are new."""
    target, _, field_name = cell.column.ref.partition(".")
    key = field_name or judged.source.tables[target].key[0]
    known = (
        f"SELECT record FROM findings WHERE tbl = {quote(name)} AND code = 'orphan_reference' "
        f"AND col = {quote(cell.name)}"
    )
    new = judged.connection.execute(
        f"INSERT INTO findings SELECT {quote(name)}, _record, 'orphan_reference', {quote(cell.name)} "
        f"FROM {judged.table(name)} ANTI JOIN (SELECT {v(key)} AS parent FROM {judged.accepted(target)}) p "
        f"ON {v(cell.name)} = p.parent WHERE {v(cell.name)} IS NOT NULL AND _record NOT IN ({known})"
    ).fetchall()
    return int(new[0][0])
