"""The checks of a table say what they found, and say so where there was nothing to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import dagster as dg

from ingest.contracts.loading import load_source
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import Receipt, TableCounts, Waits
from orchestration.checks.table_checks import contract_result, findings_result
from tests.receipts import receipt_for

HOME = Path("nowhere")
DELIVERY = Delivery(
    "khulna",
    "allowances",
    "2021Q2",
    HOME / "a.csv",
    "khulna/allowances/2021Q2/a.csv",
    datetime(2021, 7, 1),
    "0",
    1,
)
KEY = dg.AssetKey(["khulna", "allowances", "allowances"])
SOURCE = load_source("khulna", "allowances")
NAME, SPEC = next(iter(SOURCE.tables.items()))


def results(receipts: list[Receipt], stale: Sequence[str] = ()) -> dict[str, dg.AssetCheckResult]:
    made = (
        contract_result(receipts, receipts, NAME, KEY),
        findings_result(receipts, SPEC, "khulna/allowances", NAME, KEY, stale),
    )
    return {str(one.check_name): one for one in made}


def verdicts(receipts: list[Receipt]) -> dict[str, str]:
    """What each check says: failed, fine, or that it had nothing to look at."""
    found = {}
    for name, one in results(receipts).items():
        is_nothing = (one.description or "").startswith("Nothing to look at:")
        assert is_nothing == (one.metadata.get("verdict") == dg.TextMetadataValue("nothing"))
        found[name] = "nothing" if is_nothing else "fine" if one.passed else "failed"
    return found


def listed(result: dg.AssetCheckResult) -> dict[str, tuple[str, str]]:
    """What the metadata lists: count and verdict by name."""
    lines = str(result.metadata["looked at"].value).splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name.replace("\\", ""): (count, mark) for name, count, mark in cells}


def delivered(status: str = "current", **words: object) -> Receipt:
    counts = TableCounts(read=5, accepted=4, quarantined=1, by_reason={"bad_date": 1})
    return receipt_for(DELIVERY, **{"tables": {NAME: counts}, "status": status, **words})


def test_where_nothing_has_arrived_nothing_is_fine() -> None:
    assert verdicts([]) == {"contract": "nothing", "findings": "nothing"}
    assert results([])["findings"].description == "Nothing to look at: nothing has arrived."


def test_of_a_refused_delivery_only_the_refusal_is_told() -> None:
    refused = [delivered("refused", refused="wrong_format", message="a.csv: what is it?", tables={})]
    assert verdicts(refused) == {"contract": "nothing", "findings": "failed"}
    told = results(refused)["findings"]
    assert (told.description, told.severity) == ("a.csv: what is it?", dg.AssetCheckSeverity.ERROR)
    assert listed(told)["readable"] == ("1", "**error**")


def test_a_delivery_that_waits_was_looked_at_by_the_contract_and_says_how_it_is_let_through() -> None:
    waits = [delivered("paused", waits=Waits(against="b.csv", reasons=("it shrank",)))]
    assert verdicts(waits) == {"contract": "fine", "findings": "failed"}
    told = results(waits)["findings"]
    assert told.severity == dg.AssetCheckSeverity.ERROR
    assert "it shrank" in str(told.description) and "sangam let-through khulna/allowances" in str(
        told.description
    )
    assert listed(told)["quarantine"] == ("0", "fine"), "nothing of it is current"


def test_records_held_back_are_a_warning_with_their_reasons() -> None:
    assert verdicts([delivered()]) == {"contract": "fine", "findings": "failed"}
    told = results([delivered()])["findings"]
    assert told.severity == dg.AssetCheckSeverity.WARN
    assert told.description == "1 of 5 records held back (20.0%): 1 bad_date."
    found = listed(told)
    assert next(iter(found)) == "quarantine" and found["quarantine"] == ("1", "warning"), (
        "what is wrong comes first"
    )
    assert {mark for name, (_, mark) in found.items() if name != "quarantine"} == {"fine"}
    assert found.keys() >= set(SPEC.rules)


def test_a_rule_that_is_broken_is_told_in_the_contracts_words() -> None:
    rule, words = next(iter(SPEC.rules.items()))
    code = {"by_reason": {f"rule:{rule}": 2}} if words.severity == "error" else {"warnings": {rule: 2}}
    told = results([delivered(tables={NAME: TableCounts(read=5, accepted=5, quarantined=0, **code)})])[
        "findings"
    ]
    assert f"2 records break '{rule}'. {words.message}" in str(told.description)
    assert listed(told)[rule] == ("2", "warning")


def test_a_correction_that_finds_nothing_is_a_warning() -> None:
    told = results([delivered()], stale=["Correction C-1 was not applied."])["findings"]
    assert "Correction C-1 was not applied." in str(told.description)
    assert listed(told)["corrections"] == ("1", "warning")


def test_lost_records_are_told_and_block() -> None:
    counts = TableCounts(read=5, accepted=3, quarantined=1)
    lost = results([delivered(tables={NAME: counts})])["contract"]
    assert not lost.passed and lost.description == "5 read is not 3 accepted + 1 quarantined."
    assert lost.severity == dg.AssetCheckSeverity.ERROR


def test_records_accepted_against_the_contract_are_told_and_block() -> None:
    counts = TableCounts(read=5, accepted=5, quarantined=0, broken=("sex is not one of F, M",))
    broken = results([delivered(tables={NAME: counts})])["contract"]
    assert not broken.passed and "sex is not one of F, M" in str(broken.description)
