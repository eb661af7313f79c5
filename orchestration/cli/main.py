"""The command `sangam`. Each command is a few lines over a plain function.

Imports within the functions are for start-up: Dagster, dbt and Arrow take seconds, a wrong word is refused before.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.errors import OurFault, SangamError, our_fault
from ingest.fault_log import log_fault
from orchestration.cli import known_words
from orchestration.cli.console import complain, say, styled
from orchestration.cli.keys import keys_app
from orchestration.cli.note import note_command
from orchestration.cli.releases import release_app
from orchestration.cli.sign_off import approve_command
from orchestration.quarters import check_quarter
from orchestration.settings import home, settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From partners' files to donors' numbers, each explained down to the delivered cell.",
)
Landing = Annotated[
    str | None, typer.Option(help="Folder or s3://bucket/prefix; default $SANGAM_HOME/landing.")
]


@app.command()
def sample(
    out: Annotated[Path, typer.Argument(help="Folder to write to: landing/ and expected/.")],
    scale: Annotated[float, typer.Option(help="1.0 is the programmes' full size.")] = 0.01,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    programme: Annotated[list[str] | None, typer.Option(help="Only this programme; may be repeated.")] = None,
    quarter: Annotated[list[str] | None, typer.Option(help="Quarters to deliver; may be repeated.")] = None,
) -> None:
    """Make sample drops with mess, planted defects and the expected results beside them."""
    # For start-up: a command loads what it needs and no other's.
    from ingest import samples

    samples.make(
        out,
        scale=scale,
        seed=seed,
        programmes=programme or None,
        quarters=tuple(quarter) if quarter else ("2021Q1", "2021Q2"),
        progress=lambda line: typer.echo(line, err=True),
    )


@app.command()
def run(
    quarter: Annotated[str, typer.Option(help="The quarter to report, such as 2021Q2.")],
    landing: Landing = None,
    region: Annotated[list[str] | None, typer.Option(help="Only this region; may be repeated.")] = None,
) -> None:
    """Everything up to releases waiting for sign-off. Exit status 1: a step failed; 3: a file was refused."""
    check_quarter(quarter)
    regions = [known_words.known_region(word) for word in region or []]
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.progress import run_with_progress

    raise typer.Exit(run_with_progress(settings(landing), quarter, regions))


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="Any supported file; no contract is needed.")],
    table: Annotated[str | None, typer.Option("--table", "-t", help="Which table or sheet.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV to write; default: standard output.")
    ] = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first line of delimited text is a record, too.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Of delimited text that is not UTF-8: windows-1256.")] = "",
) -> None:
    """A file's table as CSV (RFC 4180, UTF-8). What is doubtful about it is said on standard error."""
    # For start-up: a command loads what it needs and no other's.
    from ingest.readers.export import to_csv

    known_words.check_encoding(encoding)

    def tell(line: str) -> None:
        complain(f"{file.name}: {line}")

    if out is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        to_csv(file, table, sys.stdout, encoding=encoding, header=not no_header, tell=tell)
        return
    # For start-up: a command loads what it needs and no other's.
    from ingest.files import atomic

    with atomic(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        to_csv(file, table, stream, encoding=encoding, header=not no_header, tell=tell)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="The files of one delivery.")],
    contract: Annotated[str, typer.Option(help="region/source, such as sindh/mis.")],
    quarter: Annotated[str, typer.Option(help="The quarter the delivery is for, such as 2021Q2.")],
    return_slip: Annotated[
        Path | None, typer.Option(help="Workbook to write: the faulty rows, with reasons and what to do.")
    ] = None,
) -> None:
    """Judge a delivery before it is sent. Exit status 1 when anything is quarantined or refused."""
    region, source = known_words.known_source(contract, "--contract")
    check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.check import check_files

    raise typer.Exit(check_files(files, region, source, quarter, return_slip))


@app.command()
def explain(
    donor: str,
    indicator: str,
    quarter: str,
    where: Annotated[str, typer.Option(help="dimension=category")] = "all=all",
    rows: Annotated[int, typer.Option(min=0, help="How many evidence rows to name.")] = 10,
    region: Annotated[str | None, typer.Option(help="For indicators of several regions.")] = None,
) -> None:
    """A value, its definition, and the delivered rows it is made of."""
    known_words.known_indicator(donor, indicator)
    check_quarter(quarter)
    dimension, sign, category = where.partition("=")
    if not sign:
        raise SangamError(f"--where wants dimension=category, such as district=Dadu; got '{where}'.")
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.show_explanation import show_explanation
    from orchestration.disclosure.protection import why_withheld
    from orchestration.warehouse.explain import explain as find

    found = find(settings(), donor, indicator, quarter, where=(dimension, category), rows=rows, region=region)
    show_explanation(found, why_withheld(settings().home, (donor, indicator, quarter), dimension, category))


@app.command()
def status(
    quarter: Annotated[str, typer.Option(help="The quarter to look at, such as 2021Q2.")],
    landing: Landing = None,
) -> None:
    """What has arrived, is missing, waits, was refused or came late, per region and source."""
    check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.status import show_status

    show_status(settings(landing), quarter)


Delivered = Annotated[str, typer.Argument(help="REGION/SOURCE, such as sindh/mis.")]
DeliveredFor = Annotated[str, typer.Argument(help="Such as 2021Q2.")]
By = Annotated[str, typer.Option(help="Who lets it through.")]
Reason = Annotated[str, typer.Option(help="Why the change is right.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


@app.command("let-through")
def let_through_command(
    source: Delivered, quarter: DeliveredFor, by: By = "", reason: Reason = "", dry_run: DryRun = False
) -> None:
    """Let a delivery through that waits because it shrank, grew or otherwise changed too much."""
    region, name = known_words.known_source(source)
    check_quarter(quarter)
    # For start-up: a command loads what it needs and no other's.
    from orchestration.cli.let_through import let_through

    let_through(settings().home, region, name, quarter, by, reason, dry_run=dry_run)


@app.command("release-drop", hidden=True)
def release_drop_command(
    source: Delivered, quarter: DeliveredFor, by: By = "", reason: Reason = "", dry_run: DryRun = False
) -> None:
    """The former name of `let-through`."""
    say(
        styled(
            "yellow",
            "`sangam release-drop` is called `sangam let-through` now: a release is what goes to a donor.",
        )
    )
    let_through_command(source, quarter, by, reason, dry_run)


app.command("approve")(approve_command)
app.command("note")(note_command)
app.add_typer(release_app, name="release")
app.add_typer(keys_app, name="keys")


def main() -> None:
    """The command's entry: errors that a person can mend are printed as such, without a traceback.

    Whatever else fails is a fault of ours: the log has the traceback.
    """
    try:
        app()
    except OurFault as fault:
        log_fault(home(), fault)
        complain(fault)
        raise SystemExit(2) from fault
    except SangamError as error:
        complain(error)
        raise SystemExit(2) from error
    except Exception as error:
        at = log_fault(home(), our_fault(error, "sangam"))
        complain(f"sangam itself failed ({type(error).__name__}). The traceback is in {at}: report it.")
        raise SystemExit(2) from error
