"""What was found of releases, as a person reads it: proofs file by file, changes value by value."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.cli.console import TableColumn, plain, say, show_table, styled
from orchestration.releases.changes import Change
from orchestration.releases.proof import Proof


def show_proof(proof: Proof, fine: str, whole: str, broken: str) -> bool:
    """Print what was found file by file, in the words given for what is right; whether nothing is wrong."""
    rows = [
        (styled("red", plain(file.name)), styled("red", plain(file.problem)))
        if file.problem
        else (plain(file.name), fine)
        for file in proof.files
    ]
    show_table((TableColumn("file"), TableColumn("finding", wraps=True)), rows)
    for note in proof.notes:
        say(note, indent=2)
    say(f"{proof.donor} {proof.quarter} {proof.release} {whole if proof.is_whole else broken}.")
    return proof.is_whole


def show_changes(changes: Sequence[Change], old: str, new: str) -> None:
    """Print each value that differs between two releases, with what of it differs and why."""
    if not changes:
        say(f"{old} and {new} have the same values.")
        return
    columns = (
        TableColumn("indicator"),
        TableColumn("region"),
        TableColumn("over time"),
        TableColumn("by", wraps=True),
        TableColumn(old, right=True),
        TableColumn(new, right=True),
        TableColumn("what differs", wraps=True),
        TableColumn("reason", wraps=True),
    )
    rows = [
        (
            plain(" ".join(part for part in (one.indicator, one.currency) if part)), plain(one.region or ""),
            plain((one.over_time or "").replace("_", " ")), plain(f"{one.dimension}={one.category}"),
            shown(one.old_value, one.old_state), shown(one.new_value, one.new_state),
            plain(_differs(one)), plain(one.reason),
        )
        for one in changes
    ]  # fmt: skip
    show_table(columns, rows)


def _differs(one: Change) -> str:
    """What differs beside the value, which has columns of its own; old and new of what a reader goes by."""
    moved = {each.column: f"{each.column} {_text(each.old)} → {_text(each.new)}" for each in one.moved}
    return ", ".join(
        column if column in ("value", "state") else moved.get(column, column) for column in one.columns
    )


def _text(word: str | None) -> str:
    try:
        return shown(float(word), None) if word is not None else "none"
    except ValueError:
        return str(word)


def shown(value: float | None, state: str | None) -> str:
    """A value as a person reads it; its state where it has none."""
    if value is None:
        return (state or "absent").replace("_", " ")
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.2f}".removesuffix(".00")
