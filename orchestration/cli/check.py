"""`sangam check`: what the pipeline would say of a delivery, before it is sent. Nothing is kept.

All files of a delivery are judged together, in a home of their own that is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from ingest.contracts.loading import load_source
from ingest.deliveries import related
from ingest.errors import SangamError
from ingest.feedback.catalogue import english
from ingest.feedback.slip import slip
from ingest.feedback.slip.content import FileContent, Group
from ingest.files import atomic
from ingest.run import ingest_source
from orchestration.cli.console import console
from orchestration.quarters import check_quarter

_SHOWN = 25  # kinds of findings; the slip has all


def check_files(files: Sequence[Path], contract: str, quarter: str, return_slip: Path | None = None) -> int:
    """Judge the files of one delivery and print what is wrong; 1 when anything is quarantined or refused, else 0.

    `return_slip`: where to write the partner's workbook as well. Raises SangamError for an unknown contract, quarter
    or file.
    """
    region, slash, source = contract.partition("/")
    if not slash:
        raise SangamError(f"--contract wants region/source, such as sindh/mis; got '{contract}'.")
    load_source(region, source)
    contents = judge_together(files, region, source, check_quarter(quarter))
    for content in contents:
        _report(content, contract, quarter)
    _say_what_is_left_out(region, source)
    if return_slip:
        _write_slip(return_slip, contents)
    return int(any(content.refusal or content.count("quarantined") for content in contents))


def judge_together(files: Sequence[Path], region: str, source: str, quarter: str) -> list[FileContent]:
    """What there is to say of each file of a delivery, in the order given.

    Raises SangamError for a file that is not there and for two files of one name.
    """
    names = [file.name for file in files]
    for file in files:
        if not file.is_file():
            raise SangamError(f"There is no file {file}.")
        if names.count(file.name) > 1:
            raise SangamError(
                f"Two of the files are called {file.name}. Give the files of one delivery, each by its own name."
            )
    with tempfile.TemporaryDirectory(prefix="sangam_check_") as folder, slip.collected() as contents:
        landing = Path(folder) / "landing"
        for file in files:
            place = landing / _place(region, source, quarter, file)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(file.resolve())
        # The pseudonyms that are made on the way are thrown away with the home: any secret will do.
        ingest_source(Path(folder) / "home", landing, region, source, demo=True)
        return [contents[_place(region, source, quarter, file).as_posix()] for file in files]


def _place(region: str, source: str, quarter: str, file: Path) -> Path:
    """Where the landing has such a file; tables of reference belong to no quarter."""
    if region == "_reference":
        return Path(region) / f"{source}.csv"
    return Path(region) / source / quarter / file.name


def _report(content: FileContent, contract: str, quarter: str) -> None:
    console.print(f"[bold]{escape(content.delivery.file)}[/] as {contract}, {quarter}")
    if content.refusal:
        code, message, _ = content.refusal
        console.print(f"  [red]refused ({code})[/] {escape(message)}")
        return
    counted = Table("table", *("read", "accepted", "quarantined", "warnings"))
    for column in counted.columns[1:]:
        column.justify = "right"
    for name, row in content.tables.items():
        numbers = (row.read, row.accepted, row.quarantined, sum(row.warnings.values()))
        counted.add_row(name, *(f"{number:,}" for number in numbers))
    console.print(counted)
    if content.groups or content.totals:
        console.print(_findings(content))
    left = max(0, len(content.groups) - _SHOWN) + content.groups_more
    if left:
        console.print(f"  and {left:,} more kinds of findings; --return-slip OUT.xlsx has them")


def _findings(content: FileContent) -> Table:
    """A line a kind of finding: what, how many, where, an example, what to do."""
    table = Table("what is wrong", "where", "records", "rows", "as delivered", "what to do", show_lines=False)
    table.columns[2].justify = "right"
    for group in content.groups[:_SHOWN]:
        colour = "red" if group.severity == "error" else "yellow"
        text = english().finding(group.code, group.message)
        at = f"{group.table}.{group.label}" + (f" ({group.letter})" if group.letter else "")
        more = f" and {group.rows_more:,} more" if group.rows_more > 0 else ""
        advice = [text.fix or text.meaning, _hint(content, group)]
        table.add_row(
            f"[{colour}]{escape(text.title)}[/] {group.code}",
            escape(at if group.column else group.table),
            f"{group.count:,}",
            group.rows + more,
            escape(group.values[0][:40]) if group.values else "",
            escape(" ".join(filter(None, advice))),
        )
    for total in content.totals:
        text = english().finding("total_mismatch")
        where = f"{total.table}: {total.label.replace('|', ', ')}"
        table.add_row(f"[yellow]{text.title}[/] total_mismatch", escape(where), "", "", "", text.fix)
    return table


def _hint(content: FileContent, group: Group) -> str:
    wanted = content.expected(group.table, group.column, group.code, english())
    near = english().label("did_you_mean", word=group.suggestion) if group.suggestion else ""
    return near or (english().label("expected", expected=wanted) if wanted else "")


def _say_what_is_left_out(region: str, source: str) -> None:
    looks = related.looks_outside(load_source(region, source)).values()
    if any(look.quarters_back or look.source not in ("", source) for look in looks):
        console.print("  Rules that compare with other deliveries are not asked here.")


def _write_slip(out: Path, contents: Sequence[FileContent]) -> None:
    """The slip of the whole delivery, where there is anything to tell."""
    worth = [content for content in contents if content.is_worth_sending]
    if not worth:
        console.print(f"Nothing is wrong: {out} is not written.")
        return
    from ingest.feedback.slip.slip_workbook import to_workbook

    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic(out, 0o600) as temporary:
        temporary.write_bytes(to_workbook(worth))
    console.print(f"Return slip: {out}")
