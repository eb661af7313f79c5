"""One delivered file through readers, layout and judging, as its contract says; for the pipeline and `check`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ingest.contracts.delivery_contract import DeliveryContract
from ingest.contracts.loading import source_words
from ingest.errors import Refused
from ingest.judging.judge import judge
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.sql_faults import SqlFault
from ingest.readers import Known, ReadAgain, read, sniff, zipped
from ingest.readers.ahead import ahead
from ingest.readers.byte_source import from_path
from ingest.tables.candidates import Candidates
from ingest.tables.layout import pieces


def judge_file(
    path: Path,
    contract: DeliveryContract,
    last_day: date | None,
    related: Mapping[str, str] | None = None,
    key: bytes | None = None,
    *,
    late_up_to: date | None = None,
) -> JudgedDrop:
    """The file's records with their reasons. The caller closes the connection.

    `related`: SQL relations for what rules look up outside the drop; a rule whose relation is missing is left out.
    `key`: of the pseudonyms they are matched by. `late_up_to`: of an extract that came late, the day of its receipt.
    Raises Refused when the file cannot be read as the contract says, SangamError for a rule whose SQL fails.
    """
    source = contract.source
    kind = sniff(path)
    if kind not in source.format:
        raise Refused(
            "wrong_format",
            f"{path.name}: this is {_PLAIN_NAMES.get(kind, kind)}, expected "
            f"{' or '.join(_PLAIN_NAMES.get(f, f) for f in source.format)}. Export it again in that form.",
        )
    quarter = f"{last_day.year}Q{(last_day.month + 2) // 3}" if last_day else ""
    known: dict[str, Known] = {}
    judged: JudgedDrop | None = None
    members, litter = zipped.names(from_path(path)) if kind == "zip" else ([], [])
    try:
        while judged is None:
            candidates = Candidates(source, path.name, members)
            try:
                judged = judge(
                    pieces(
                        ahead(read(path, source.encoding, known=known), path.name),
                        source,
                        path.name,
                        candidates,
                    ),
                    source,
                    placeholders=contract.region.placeholders,
                    quarter_end=last_day,
                    related=related,
                    key=key,
                    late_up_to=late_up_to,
                    corrected=contract.corrections_of(path.name, quarter),
                    file=path.name,
                )
            except ReadAgain as again:
                known = {**known, again.name: again.known}
    except SqlFault as fault:
        region, name = contract.region.region, contract.source_name
        raise fault.placed(source_words(region, name), f"{region}/{name}") from fault
    try:
        unread = candidates.unread_members()
    except Refused:
        judged.close()
        raise
    judged.kind, judged.unread, judged.litter = kind, unread, litter
    return judged


_PLAIN_NAMES = {
    "mysqldump": "a mysqldump",
    "pg_dump": "a pg_dump",
    "xlsx": "an .xlsx workbook",
    "xlsb": "an .xlsb workbook",
    "xls": "a binary .xls workbook",
    "xml_spreadsheet": "an XML spreadsheet of Excel 2003",
    "ods": "an .ods workbook",
    "html": "an HTML page",
    "delimited": "a delimited text file",
    "zip": "a zip of delimited files",
}
