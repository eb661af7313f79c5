"""One delivered file through readers, layout and judging, as its contract says; for the pipeline and `check`."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from ingest.contracts.delivery_contract import DeliveryContract
from ingest.contracts.loading import source_words
from ingest.errors import Refused
from ingest.judging.judge import judge
from ingest.judging.judged_drop import JudgedDrop
from ingest.judging.sql_faults import SqlFault
from ingest.readers import Chunk, Known, ReadAgain, read, sniff
from ingest.tables.layout import pieces

_AHEAD = 2  # chunks read while the one before is judged; bounds memory


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
    try:
        while judged is None:
            try:
                judged = judge(
                    pieces(_ahead(path, source.encoding, known), source, path.name),
                    source,
                    placeholders=contract.region.placeholders,
                    quarter_end=last_day,
                    related=related,
                    key=key,
                    late_up_to=late_up_to,
                    corrected=contract.corrections_of(path.name, quarter),
                )
            except ReadAgain as again:
                known = {**known, again.name: again.known}
    except SqlFault as fault:
        region, name = contract.region.region, contract.source_name
        raise fault.placed(source_words(region, name), f"{region}/{name}") from fault
    judged.kind = kind
    return judged


_PLAIN_NAMES = {
    "mysqldump": "a mysqldump",
    "pg_dump": "a pg_dump",
    "xlsx": "an .xlsx workbook",
    "xls": "a binary .xls workbook",
    "ods": "an .ods workbook",
    "html": "an HTML page",
    "delimited": "a delimited text file",
    "zip": "a zip of delimited files",
}


def _ahead(path: Path, encoding: str, known: Mapping[str, Known]) -> Iterator[Chunk]:
    """Chunks of the file, read in a thread of their own while the one before is judged."""
    ready: queue.Queue[Chunk | BaseException | None] = queue.Queue(maxsize=_AHEAD)
    stop = threading.Event()

    def put(item: Chunk | BaseException | None) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.2)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for chunk in read(path, encoding, known=known):
                put(chunk)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 - handed on to the thread that waits
            put(error)

    thread = threading.Thread(target=work, name=f"read {path.name}", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()
