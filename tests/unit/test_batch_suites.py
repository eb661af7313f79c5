"""Batch suites and profiles: the words, and what is worked out of two deliveries. No Great Expectations here."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from expectations.batch import Batch, Side
from expectations.measuring.facts import connect
from expectations.measuring.profile import applies, profile
from expectations.results import Outside
from expectations.suite import MEASURES, SUITES, Check, Figure, Suite, load_suite
from expectations.suite_sound import require_sound_suite
from expectations.verdict_words import told
from ingest.contracts.loading import load_region, region_files
from ingest.contracts.source import Source
from ingest.errors import SangamError

SOURCES = [(region, source) for region in region_files() for source in load_region(region).sources]

CONTRACT = Source.model_validate(
    {
        "title": "Loans",
        "format": ["delimited"],
        "vocabularies": {"places": ["North", "South", "West"], "kind": ["a", "b"]},
        "tables": {
            "loan": {
                "key": ["id"],
                "columns": {
                    "id": {"type": "code"},
                    "place": {"vocabulary": "places"},
                    "kind": {"vocabulary": "kind"},
                    "amount": {"type": "number"},
                },
            }
        },
    }
)
SUITE = Suite.model_validate(
    {
        "title": "Loans",
        "figures": {
            "lent": {"label": "Lent", "from": "loan", "value": "sum(amount)"},
            "elsewhere": {"label": "Of another table", "from": "grant_made", "value": "sum(amount)"},
        },
        "places": {
            "place": {"label": "Place", "from": "loan", "place": "place", "expected": "places", "but": ["West"]}
        },
        "checks": {
            measure: {"title": measure, "measure": measure, "at_least": -1e9, "means": "m", "do": "d"}
            for measure in MEASURES
        },
    }
)  # fmt: skip
BEFORE = [(f"L{n}", "North" if n < 6 else "South", "a", 10.0 + n) for n in range(8)]
# One key gone, two new ones; South gone; half of kind 'b'; four amounts as before.
NOW = [(f"L{n}", "North", "a" if n < 4 else "b", 10.0 + n if n < 4 else None) for n in range(7)] + [
    ("N1", "North", "b", 100.0),
    ("N2", None, "a", 10.0),
]


def _side(folder: Path, quarter: str, rows: list[tuple[object, ...]], parts: int = 1) -> Side:
    """A side with the rows spread over some files."""
    files = []
    for part in range(parts):
        path = folder / f"{quarter}-{part}.parquet"
        frame = pd.DataFrame(rows[part::parts], columns=["id", "place", "kind", "amount"])
        duckdb.sql("SELECT * REPLACE (CAST(amount AS DECIMAL(18,2)) AS amount) FROM frame").write_parquet(
            str(path)
        )
        assert len(frame)
        files.append(path)
    return Side(quarter, {"loan": files}, {"loan": len(rows) + 1}, {"loan": 1})


@pytest.fixture
def seen(tmp_path: Path) -> dict[tuple[str, str], tuple[float, str]]:
    """The profile of NOW beside BEFORE: (subject, measure) → value, words."""
    with connect() as connection:
        frame = profile(
            connection,
            SUITE,
            CONTRACT,
            _side(tmp_path, "2021Q2", NOW, parts=2),
            _side(tmp_path, "2021Q1", BEFORE),
        )
    assert not frame.duplicated(["subject", "measure"]).any()
    return {(r.subject, r.measure): (r.value, r.seen) for r in frame.itertuples()}


@pytest.mark.parametrize(
    ("subject", "measure", "value"),
    [
        ("loan", "rows", 9),
        ("loan", "rows_ratio", 9 / 8),
        ("loan", "keys_kept", 7 / 8),
        ("loan", "quarantined_share", 1 / 10),
        ("loan.amount", "empty_share", 3 / 9),
        ("loan.amount", "empty_growth", 3 / 9),
        ("loan.place", "empty_growth", 1 / 9),
        ("loan.kind", "category_shift", 4 / 9),
        ("loan.place", "category_shift", 0.25),  # South a quarter before, gone now
        ("loan.amount", "unchanged_share", 1.0),  # of the four keys that have an amount in both
        ("Lent", "figure", 10 + 11 + 12 + 13 + 100 + 10),
        ("Lent", "figure_ratio", 156 / sum(10 + n for n in range(8))),
        ("Place North", "place_rows", 8),
        ("Place South", "place_rows", 0),
        ("Place South", "place_rows_ratio", 0),
        ("Place North", "place_rows_ratio", 8 / 6),
    ],
)
def test_measures(
    seen: dict[tuple[str, str], tuple[float, str]], subject: str, measure: str, value: float
) -> None:
    assert seen[subject, measure][0] == pytest.approx(value)


def test_a_mean_moves_in_standard_deviations_of_last_time(
    seen: dict[tuple[str, str], tuple[float, str]],
) -> None:
    deviation = (sum((n - 3.5) ** 2 for n in range(8)) / 8) ** 0.5
    assert seen["loan.amount", "mean_shift"][0] == pytest.approx((26 - 13.5) / deviation)


def test_words_say_what_was_looked_at(seen: dict[tuple[str, str], tuple[float, str]]) -> None:
    assert seen["loan", "rows_ratio"][1] == "9 records; 8 in 2021Q1"
    assert seen["Place South", "place_rows"][1] == "0 records; 2 in 2021Q1"
    assert seen["loan.kind", "category_shift"][1] == "'a' 55.6%; 100.0% in 2021Q1"


def test_means_are_written_as_people_read_them(tmp_path: Path) -> None:
    with connect() as connection:
        now = [(name, place, kind, 13_400.0 + n) for n, (name, place, kind, _) in enumerate(BEFORE)]
        frame = profile(
            connection, SUITE, CONTRACT, _side(tmp_path, "2021Q2", now), _side(tmp_path, "2021Q1", BEFORE)
        )
    assert frame.set_index("measure").loc["mean_shift", "seen"] == "mean 13,404; 13.5 in 2021Q1"


def test_what_is_not_there_is_not_judged(seen: dict[tuple[str, str], tuple[float, str]]) -> None:
    subjects = {subject for subject, _ in seen}
    assert "Of another table" not in subjects  # its table was not delivered
    assert "Place West" not in subjects  # not expected here
    assert ("loan.id", "mean_shift") not in seen


def test_without_an_earlier_delivery_only_the_vocabulary_says_what_is_missing(tmp_path: Path) -> None:
    with connect() as connection:
        frame = profile(connection, SUITE, CONTRACT, _side(tmp_path, "2021Q2", NOW), None)
    assert set(frame["measure"]) == {"rows", "quarantined_share", "empty_share", "figure", "place_rows"}
    assert frame.set_index("subject").loc["Place South", "value"] == 0


def test_an_expression_duckdb_does_not_understand_is_named(tmp_path: Path) -> None:
    figure = {"label": "L", "from": "loan", "value": "sum(no_such_column)"}
    suite = SUITE.model_copy(update={"figures": {"lent": Figure.model_validate(figure)}})
    with connect() as connection, pytest.raises(SangamError, match="'lent' of the suite is not understood"):
        profile(connection, suite, CONTRACT, _side(tmp_path, "2021Q2", NOW), None)


def test_many_keys_are_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.measuring.profile._SAMPLED_FROM", 1000)
    rows = [(f"K{n}", "North", "a", 1.0) for n in range(4000)]
    with connect() as connection:
        frame = profile(
            connection,
            SUITE,
            CONTRACT,
            _side(tmp_path, "2021Q2", rows[:2000]),
            _side(tmp_path, "2021Q1", rows),
        )
    kept = frame[frame["measure"] == "keys_kept"].iloc[0]
    assert 100 < kept["records"] < 400  # a sixteenth of 4,000
    assert kept["value"] == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(("region", "source"), SOURCES)
def test_every_source_has_a_suite_whose_words_mean_something(region: str, source: str) -> None:
    require_sound_suite(region, source)


def test_there_is_no_suite_for_nothing() -> None:
    """A file under a name that no programme or source bears would never be read."""
    known = {f"{load_region(region).programme}/{source}.yml" for region, source in SOURCES}
    assert {p.relative_to(SUITES).as_posix() for p in SUITES.glob("*/*.yml")} <= known


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"checks": {"x": {"measure": "weight"}}}, "there is no measure 'weight'"),
        ({"checks": {"x": {"at_least": None}}}, "give 'at_least' or 'at_most'"),
        ({"checks": {"x": {"at_lest": 1}}}, "at_lest"),
        ({"checks": {"y": {"title": "Rows", "measure": "rows", "at_least": 1, "means": "m", "do": "d"}}}, "two checks"),
    ],
)  # fmt: skip
def test_a_wrong_suite_is_refused(own: dict[str, object], message: str, tmp_path: Path) -> None:
    check = {"title": "Rows", "measure": "rows", "at_least": 1, "means": "m", "do": "d"}
    (tmp_path / "_common.yml").write_text(yaml.safe_dump({"title": "All", "checks": {"x": check}}))
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "s.yml").write_text(yaml.safe_dump(own))
    with pytest.raises(SangamError, match=message) as caught:
        load_suite("p", "s", tmp_path)
    assert "p/s.yml" in str(caught.value)


def test_a_source_without_a_suite_gets_the_common_one(tmp_path: Path) -> None:
    assert load_suite("nobody", "nothing").checks.keys() == load_suite("no", "suite").checks.keys()
    assert "rows_lost_or_doubled" in load_suite("nobody", "nothing").checks


def _check(**bounds: float) -> Check:
    return Check(
        title="Records beside last time", measure="rows_ratio", means="It shrank.", do="Ask.", **bounds
    )


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"at_least": 0.6, "at_most": 3.0}, "60% to 300%"),
        ({"at_least": 0.005}, "at least 0.5%"),
        ({"at_most": 1.1}, "at most 110%"),
    ],
)
def test_bounds_in_words(bounds: dict[str, float], expected: str) -> None:
    assert _check(**bounds).expected == expected


def test_bounds_of_a_mean_name_the_unit_once() -> None:
    check = Check(title="t", measure="mean_shift", at_least=-0.5, at_most=3, means="m", do="d")
    assert check.expected == "-0.50 to 3 standard deviations"


def test_a_message_says_what_where_expected_and_what_to_do() -> None:
    outside = [Outside(subject="t8", value=40.0, seen="seen 8")]
    outside += [Outside(subject=f"t{n}", value=0.1 * n, seen=f"seen {n}") for n in range(6)]
    result = told(_check(at_least=0.6, at_most=3.0), Batch("sindh", "mis", "2021Q2", ()), 9, tuple(outside))
    assert result.message.startswith(
        "Records beside last time: t8 4000.0% (seen 8); t0 0.0% (seen 0); t1 10.0%"
    )
    assert "; and 1 more. Expected 60% to 300%. It shrank. Ask." in result.message
    assert (result.looked_at, len(result.outside), result.verdict) == (9, 7, "warning")


def test_where_nothing_was_looked_at_nothing_is_fine() -> None:
    batch = Batch("sindh", "mis", "2021Q2", ())
    nothing = told(_check(at_least=0.6), batch, 0, ())
    assert (nothing.verdict, nothing.message[:18]) == ("nothing", "Nothing to look at")
    assert "no earlier delivery" in nothing.message
    assert (
        "no earlier delivery"
        not in told(_check(at_least=0.6), Batch("sindh", "mis", "2021Q3", (), batch), 0, ()).message
    )
    assert told(_check(at_least=0.6), batch, 3, ()).verdict == "fine"


@pytest.mark.parametrize(("was", "is_now"), [(40, 5), (5, 40)])
def test_a_table_with_few_records_now_or_last_time_alone_is_looked_at(
    tmp_path: Path, was: int, is_now: int
) -> None:
    many = [(f"L{n}", "North", "a", 1.0) for n in range(40)]
    check = _check(at_least=0.6, at_most=3.0).model_copy(update={"from_records": 30})
    with connect() as connection:
        before, now = _side(tmp_path, "2021Q1", many[:was]), _side(tmp_path, "2021Q2", many[:is_now])
        frame = applies(check, profile(connection, SUITE, CONTRACT, now, before))
    assert list(frame["value"]) == [is_now / was]


def test_few_records_say_nothing() -> None:
    rows = [("table", "t", "t", "rows_ratio", 0.1, 29, ""), ("table", "u", "u", "rows_ratio", 0.1, 30, "")]
    frame = pd.DataFrame(rows, columns=["kind", "name", "subject", "measure", "value", "records", "seen"])
    check = _check(at_least=0.6).model_copy(update={"from_records": 30})
    assert list(applies(check, frame)["name"]) == ["u"]
