"""`sangam check`: what the pipeline would say of a delivery, before it is sent. Nothing is kept.

All files of a delivery are judged together, in a home of their own that is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.contracts.loading import load_source
from ingest.deliveries import related
from ingest.deliveries.landing import NOT_TEXT, is_text
from ingest.errors import SangamError
from ingest.fault_log import keep_faults
from ingest.feedback.catalogue import english
from ingest.feedback.slip import slip
from ingest.feedback.slip.slip_content import FileContent, Group
from ingest.file_names import is_litter
from ingest.files import atomic
from ingest.run import ingest_source
from orchestration.cli.console import Row, Style, TableColumn, plain, say, show_table, styled
from orchestration.settings import home

_SHOWN = 25  # kinds of findings; the slip has all
_COUNTED = ("read", "accepted", "quarantined", "warnings")
_FINDINGS = (
    TableColumn("what is wrong", wraps=True),
    TableColumn("where", wraps=True),
    TableColumn("records", right=True),
    TableColumn("rows", wraps=True),
    TableColumn("as delivered", wraps=True),
    TableColumn("what to do", wraps=True),
)


def check_files(
    files: Sequence[Path], region: str, source: str, quarter: str, return_slip: Path | None = None
) -> int:
    """Judge the files of one delivery and print what is wrong; 1 when anything is quarantined or refused, else 0.

    `return_slip`: where to write the partner's workbook as well. Raises SangamError for an unknown contract or file.
    """
    contents = judge_together(files, region, source, quarter)
    for content in contents:
        _report(content, f"{region}/{source}", quarter)
    _say_what_is_left_out(region, source)
    if return_slip:
        _write_slip(return_slip, contents)
    return int(any(c.refusal or c.unread or c.count("quarantined") for c in contents))


def judge_together(files: Sequence[Path], region: str, source: str, quarter: str) -> list[FileContent]:
    """What there is to say of each file of a delivery, in the order given.

    Raises SangamError for a file that is not there or named in no text, and for two files of one name.
    """
    names = [file.name for file in files]
    for file in files:
        if not file.is_file():
            raise SangamError(f"There is no file {file}.")
        if not is_text(file.name):
            raise SangamError(f"{file}: {NOT_TEXT}")
        if is_litter(file.name):
            raise SangamError(
                f"{file.name} was left by a system or is not finished; nobody delivers such a file."
            )
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
        keep_faults(Path(folder) / "home", home())
        return [contents[_place(region, source, quarter, file).as_posix()] for file in files]


def _place(region: str, source: str, quarter: str, file: Path) -> Path:
    """Where the landing has such a file; tables of reference belong to no quarter."""
    if region == "_reference":
        return Path(region) / f"{source}.csv"
    return Path(region) / source / quarter / file.name


def _report(content: FileContent, contract: str, quarter: str) -> None:
    say(f"{styled('bold', plain(content.delivery.file))} as {contract}, {quarter}")
    if content.refusal:
        code, message, _ = content.refusal
        say(f"{styled('red', f'refused ({code})')} {message}", indent=2)
        return
    counted = [
        (
            plain(name),
            *(f"{n:,}" for n in (row.read, row.accepted, row.quarantined, sum(row.warnings.values()))),
        )
        for name, row in content.tables.items()
    ]
    for name in content.unread:
        say(f"{styled('yellow', 'not read')} {name}: no table of the contract, or a copy", indent=2)
    show_table((TableColumn("table"), *(TableColumn(word, right=True) for word in _COUNTED)), counted)
    if content.groups or content.totals:
        show_table(_FINDINGS, [*map(_finding(content), content.groups[:_SHOWN]), *_totals(content)])
    left = max(0, len(content.groups) - _SHOWN) + content.groups_more
    if left:
        say(f"and {left:,} more kinds of findings; --return-slip OUT.xlsx has them", indent=2)


def _finding(content: FileContent) -> Callable[[Group], Row]:
    """A kind of finding as a row: what, how many, where, an example, what to do."""

    def row(group: Group) -> Row:
        colour: Style = "red" if group.severity == "error" else "yellow"
        text = english().finding(group.code, group.message)
        at = f"{group.table}.{group.label}" + (f" ({group.letter})" if group.letter else "")
        more = f" and {group.rows_more:,} more" if group.rows_more > 0 else ""
        advice = [text.fix or text.meaning, _hint(content, group)]
        return (
            f"{styled(colour, plain(text.title))} {plain(group.code)}",
            plain(at if group.column else group.table),
            f"{group.count:,}",
            plain(group.rows + more),
            plain(group.values[0]) if group.values else "",
            plain(" ".join(filter(None, advice))),
        )

    return row


def _totals(content: FileContent) -> list[Row]:
    """Stated totals that their rows do not add up to."""
    text = english().finding("total_mismatch")
    return [
        (
            f"{styled('yellow', plain(text.title))} total_mismatch",
            plain(f"{total.table}: {total.label.replace('|', ', ')}"),
            *("", "", ""),
            plain(text.fix),
        )
        for total in content.totals
    ]


def _hint(content: FileContent, group: Group) -> str:
    wanted = content.expected(group.table, group.column, group.code, english())
    near = english().label("did_you_mean", word=group.suggestion) if group.suggestion else ""
    return near or (english().label("expected", expected=wanted) if wanted else "")


def _say_what_is_left_out(region: str, source: str) -> None:
    looks = related.looks_outside(load_source(region, source)).values()
    if any(look.quarters_back or look.source not in ("", source) for look in looks):
        say("Rules that compare with other deliveries are not asked here.", indent=2)


def _write_slip(out: Path, contents: Sequence[FileContent]) -> None:
    """The slip of the whole delivery, where there is anything to tell."""
    worth = [content for content in contents if content.is_worth_sending]
    if not worth:
        say(f"Nothing is wrong: {plain(out)} is not written.")
        return
    # For start-up: no slip is asked for, no workbook is written.
    from ingest.feedback.slip.slip_workbook import to_workbook

    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic(out, 0o600) as temporary:
        temporary.write_bytes(to_workbook(worth))
    say(f"Return slip: {plain(out)}", as_one=True)
