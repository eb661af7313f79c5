"""`sangam check`: what the pipeline would say of a delivery, before it is sent. Nothing is stored."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from ingest.cleaning import quote
from ingest.contracts.loading import load_source
from ingest.errors import Refused, SangamError
from ingest.judge_file import judge_file
from ingest.judging import Judged
from ingest.lake import findings_select, table_counts
from ingest.landing import quarter_end
from orchestration.console import console
from orchestration.quarters import check_quarter

_SHOWN = 15


def check_files(files: list[Path], contract: str, quarter: str) -> int:
    """Judge the files and print what is wrong; 1 when anything is quarantined or refused, else 0.

    Raises SangamError for an unknown contract, quarter or file.
    """
    region, slash, source = contract.partition("/")
    if not slash:
        raise SangamError(f"--contract wants region/source, such as sindh/mis; got '{contract}'.")
    load_source(region, source)
    last_day = quarter_end(check_quarter(quarter)).date()
    bad = False
    for file in files:
        if not file.is_file():
            raise SangamError(f"There is no file {file}.")
        console.print(f"[bold]{file.name}[/] as {contract}, {quarter}")
        try:
            judged = judge_file(file, region, source, last_day)
        except Refused as refusal:
            console.print(f"  [red]refused ({refusal.code})[/] {refusal}")
            bad = True
            continue
        try:
            bad |= _report(judged)
        finally:
            judged.connection.close()
    return int(bad)


def _report(judged: Judged) -> bool:
    counts = table_counts(judged)
    table = Table()
    table.add_column("table")
    for name in ("read", "accepted", "quarantined", "warnings"):
        table.add_column(name, justify="right")
    for name, row in counts.items():
        table.add_row(
            name,
            f"{row['read']:,}",
            f"{row['accepted']:,}",
            f"{row['quarantined']:,}",
            f"{sum(row['warnings'].values()):,}",
        )
    console.print(table)
    for name, row in counts.items():
        if row["quarantined"] or row["warnings"]:
            _print_findings(judged, name, row["quarantined"])
    return any(row["quarantined"] for row in counts.values())


def _print_findings(judged: Judged, name: str, quarantined: int) -> None:
    found = judged.connection.execute(
        f"SELECT row, key, reasons, message FROM ({findings_select(judged, name, '')}) ORDER BY record LIMIT {_SHOWN}"
    ).fetchall()
    for row, key, reasons, message in found:
        console.print(f"  {name} row {row} ({key}) [red]{', '.join(reasons)}[/]: {message}")
    if quarantined > _SHOWN:
        console.print(f"  {name}: and {quarantined - _SHOWN:,} more records held back")
    flagged = judged.connection.execute(
        f"SELECT coalesce(r._row, 0), w.key, w.code, w.message FROM warnings w LEFT JOIN {judged.table(name)} r "
        f"ON r._record = w.record WHERE w.tbl = {quote(name)} ORDER BY w.record LIMIT {_SHOWN}"
    ).fetchall()
    for row, key, code, message in flagged:
        at = f"row {row} ({key})" if row else key
        console.print(f"  {name} {at} [yellow]{code}[/]: {message}")
