"""Sample drops of Khulna and Pune: the same bytes each time, and an outcome that the files themselves bear out."""

import csv
import json
import re
import unicodedata
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.judging.delivered_file import judge_file
from ingest.readers import read, sniff
from ingest.samples import make
from ingest.samples.arrays import last_day
from ingest.samples.files.xls import write_xls
from ingest.samples.khulna.places import SERVICES
from ingest.samples.pune.words import SCHEMES

PROGRAMMES = ("slg_erlc_khulna", "kashtakari_pune")
QUARTERS = ("2021Q1", "2021Q2")
DIGITS = str.maketrans("০১২৩৪৫৬৭৮৯०१२३४५६७८९", "0123456789" * 2)
SCHEME_OF = {spelling: scheme for scheme, spellings in SCHEMES.items() for spelling in spellings}
ALL_REASONS = {
    "ambiguous_grouping",
    "bad_date",
    "bad_identifier",
    "bad_number",
    "date_order",
    "duplicate_key",
    "exact_duplicate",
    "future_date",
    "missing_required",
    "orphan_reference",
    "out_of_range",
    "rule:allowance_rate",
    "rule:decision_incomplete",
    "unknown_code",
}


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples")
    make(out, programmes=PROGRAMMES, quarters=QUARTERS)
    return out


def expected(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / "expected" / f"{name}.csv", dtype=str, keep_default_na=False)


def records(out: Path) -> list[dict]:
    return json.loads((out / "expected" / "records.json").read_text(encoding="utf-8"))


def content(out: Path) -> dict[str, bytes]:
    return {str(f.relative_to(out)): f.read_bytes() for f in sorted(out.rglob("*")) if f.is_file()}


def plain(text: object) -> str:
    folded = unicodedata.normalize("NFC", text if isinstance(text, str) else "").translate(DIGITS)
    return " ".join(re.sub("[\u200b-\u200d\ufeff]", "", folded).split())


def tables(path: Path) -> dict[str, pd.DataFrame]:
    """Each table's text cells by the project's readers, cleaned by the test's own hand."""
    parts: dict[str, list[pa.RecordBatch]] = {}
    for chunk in read(path):
        parts.setdefault(chunk.table, []).append(chunk.cells)
    frames = {name: pa.Table.from_batches(batches).to_pandas() for name, batches in parts.items()}
    return {
        name: frame.rename(columns=lambda c: plain(c).lower()).map(plain) for name, frame in frames.items()
    }


def faulty(out: Path, file: str, table: str) -> pd.DataFrame:
    listed = expected(out, "quarantine")
    return listed[(listed["file"] == file) & (listed["table"] == table)]


def accepted(out: Path, frame: pd.DataFrame, file: str, table: str) -> pd.DataFrame:
    rows = faulty(out, file, table)["row"].astype(int)
    return frame[~(np.arange(len(frame)) + 1 == rows.to_numpy()[:, None]).any(axis=0)]


def day(texts: pd.Series) -> pd.Series:
    """Dates in any of the four spellings."""
    found = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[ns]")
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y"):
        found = found.fillna(pd.to_datetime(texts, format=form, errors="coerce"))
    return found


def end_of(quarter: str) -> pd.Timestamp:
    return pd.Timestamp(np.datetime64(last_day(quarter), "D"))


def start_of(quarter: str) -> pd.Timestamp:
    return end_of(quarter) - pd.offsets.QuarterEnd() + pd.Timedelta(days=1)


def value(
    out: Path, code: str, quarter: str, dimension: str = "", category: str = "", over_time: str = ""
) -> float:
    rows = expected(out, "indicators")
    rows = rows[(rows["indicator"] == code) & (rows["quarter"] == quarter)]
    rows = rows[(rows["dimension"] == dimension) & (rows["category"] == category)]
    rows = rows[rows["over_time"] == over_time] if over_time else rows
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def khulna(out: Path, quarter: str) -> dict[str, pd.DataFrame]:
    """The register's accepted records."""
    file = f"beneficiary_mis_{quarter}.zip"
    found = tables(out / "landing" / "khulna" / "mis" / quarter / file)
    return {name: accepted(out, frame, file, name) for name, frame in found.items()}


def pune(out: Path, quarter: str) -> pd.DataFrame:
    """The accepted cases with the true person and plain schemes and dates."""
    file = f"helpdesk_cases_{quarter}.csv"
    frame = next(iter(tables(out / "landing" / "pune" / "cases" / quarter / file).values()))
    cases = accepted(out, frame, file, "cases")
    who = expected(out, "persons").query("region == 'pune'")[["record", "true_id"]]
    cases = cases.merge(who, left_on="case_no", right_on="record", validate="one_to_one")
    steps = ["opened_on", "documents_complete_on", "applied_on", "decided_on", "benefit_on"]
    return cases.assign(scheme=cases["scheme"].map(SCHEME_OF), **{step: day(cases[step]) for step in steps})


def test_same_seed_same_bytes_other_seed_other_bytes(drops: Path, tmp_path: Path) -> None:
    make(tmp_path / "again", programmes=PROGRAMMES, quarters=QUARTERS)
    assert content(tmp_path / "again") == content(drops)
    make(tmp_path / "other", programmes=PROGRAMMES, quarters=QUARTERS, seed=2)
    mine, other = content(drops), content(tmp_path / "other")
    assert set(mine) == set(other)
    same = {name for name in mine if mine[name] == other[name]}
    assert not {name for name in same if name.startswith("landing") and "_reference" not in name}


def test_a_quarter_is_the_same_whatever_else_is_asked_for(drops: Path, tmp_path: Path) -> None:
    make(tmp_path, programmes=PROGRAMMES, quarters=["2021Q2"])
    both = content(drops / "landing")
    alone = content(tmp_path / "landing")
    assert {n: b for n, b in alone.items() if not n.startswith("_")}.items() <= both.items()


def test_counts_add_up_and_match_the_lists(drops: Path) -> None:
    quarantine, warnings = expected(drops, "quarantine"), expected(drops, "warnings")
    for drop in records(drops):
        for name, table in drop["tables"].items():
            assert table["read"] == table["accepted"] + table["quarantined"]
            assert len(faulty(drops, drop["file"], name)) == table["quarantined"]
    assert quarantine["reasons"].str.split("|").explode().isin(list(ALL_REASONS)).all()
    assert set(quarantine["reasons"].str.split("|").explode()) == ALL_REASONS
    assert set(warnings["warnings"]) == {"shared_mobile", "decision_mismatch"}


def test_total_of_the_last_quarter_is_wrong_and_of_the_third_right(tmp_path: Path) -> None:
    make(tmp_path, programmes=["kashtakari_pune"], quarters=["2021Q3", "2021Q4"])
    for quarter, off in (("2021Q3", 0), ("2021Q4", 10_000)):
        path = tmp_path / "landing" / "pune" / "pmc" / quarter / f"pmc_scheme_status_{quarter}.xls"
        amounts = tables(path)["table1"]["f"].str.replace("[^0-9]", "", regex=True)[3:]
        numbers = amounts[amounts != ""].astype(int)
        assert numbers.iloc[-1] == numbers.iloc[:-1].sum() + off
    totals = expected(tmp_path, "warnings").query("warnings == 'total_mismatch'")
    assert totals[["quarter", "key", "row"]].to_numpy().tolist() == [["2021Q4", "Total", ""]]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_csv_files_hold_the_faulty_records_where_they_are_said_to_be(drops: Path, quarter: str) -> None:
    files = [
        ("khulna", "mis", f"beneficiary_mis_{quarter}.zip"),
        ("pune", "cases", f"helpdesk_cases_{quarter}.csv"),
    ]
    keys = {
        "beneficiary": "ben_id",
        "service_received": "service_id",
        "institution": "institution_id",
        "cases": "case_no",
    }
    read_counts = {(d["file"], n): t["read"] for d in records(drops) for n, t in d["tables"].items()}
    for region, source, file in files:
        for name, frame in tables(drops / "landing" / region / source / quarter / file).items():
            table = name if name in keys else "cases"
            assert len(frame) == read_counts[file, table]
            listed = faulty(drops, file, table)
            found = frame[keys[table]].to_numpy()[listed["row"].astype(int) - 1]
            named = ~listed["key"].str.startswith("row:").to_numpy()
            assert (found[named] == listed["key"][named]).all()
            assert set(found[~named]) <= {"", "NA", "N/A", "-", "--"}
            good = accepted(drops, frame, file, table)[keys[table]]
            assert good.is_unique
            assert (good != "").all()
            twice = listed["reasons"].str.contains("duplicate_key")
            assert not good.isin(listed["key"][twice]).any()
            assert listed["key"][listed["reasons"] == "exact_duplicate"].isin(good).all()


@pytest.mark.parametrize("quarter", QUARTERS)
def test_references_of_accepted_services_are_accepted_and_dates_in_order(drops: Path, quarter: str) -> None:
    found = khulna(drops, quarter)
    services = found["service_received"].merge(found["beneficiary"], on="ben_id", validate="many_to_one")
    assert len(services) == len(found["service_received"])
    assert services["institution_id"].isin(found["institution"]["institution_id"]).all()
    assert (day(services["received_on"]) >= day(services["registered_on"])).all()
    assert set(found["beneficiary"]["nid"].str.len()) == {0, 10, 13, 17}


def folded(frame: pd.DataFrame) -> pd.DataFrame:
    """The register with what its persons are matched by: number folded to 13, words without vowel length."""
    short = str.maketrans("ীূ", "িু")
    names = frame[["name_bn", "father_or_husband"]].map(lambda text: text.translate(short))
    person = names["name_bn"] + "|" + names["father_or_husband"] + "|" + day(frame["birth_date"]).astype(str)
    return frame.assign(number=frame["nid"].str[-13:], person=person)


def test_written_rules_find_who_is_registered_twice(drops: Path) -> None:
    register = folded(khulna(drops, "2021Q2")["beneficiary"])
    who = expected(drops, "persons").query("region == 'khulna'").set_index("record")["true_id"]
    register["true_id"] = register["ben_id"].map(who)
    assert register["true_id"].notna().all()
    assert register["true_id"].duplicated().sum() >= 4
    of_number = register[register["number"] != ""].groupby("number")["true_id"].nunique()
    of_person = register.groupby("person")["true_id"].nunique()
    assert (of_number == 1).all()
    assert (of_person == 1).all()  # nobody else has the same name, father and birth date
    twice = register[register["true_id"].duplicated(keep=False)].groupby("true_id")
    assert all(part["person"].nunique() == 1 or part["number"].nunique() == 1 for _, part in twice)
    assert {tuple(sorted(part["nid"].str.len())) for _, part in twice} & {(13, 17), (0, 13), (0, 17)}


def page_rows(path: Path) -> pd.DataFrame:
    """The page's rows in order with their heading."""
    parts = []
    for chunk in read(path):
        cells = pa.Table.from_batches([chunk.cells]).to_pandas().map(plain).iloc[1:]
        parts.append(cells.assign(heading=chunk.heading))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("scheme", ["old_age", "widow", "disability"])
def test_allowance_lists(drops: Path, scheme: str) -> None:
    register = folded(khulna(drops, "2021Q2")["beneficiary"])
    who = expected(drops, "persons").query("region == 'khulna'").set_index("record")["true_id"]
    known = dict(zip(register["person"], register["ben_id"].map(who), strict=True))
    file = f"allowance_{scheme}_2021Q2.html"
    rows = page_rows(drops / "landing" / "khulna" / "allowances" / "2021Q2" / file)
    listed = faulty(drops, file, "allowances")
    for key, row in zip(listed["key"], listed["row"].astype(int), strict=True):
        delivered = rows.iloc[row - 1]
        assert key == f"row:{row}" or key.translate(DIGITS).split("|")[2] == delivered["A"]
    good = accepted(drops, rows, file, "allowances")
    amounts = good["G"].str.replace("৳", "").str.replace("Tk", "").str.replace("/-", "").astype(float)
    assert (amounts == 500).all()
    people = expected(drops, "allowance_persons").query("file == @file")
    assert (people["row"].astype(int).to_numpy() == good.index + 1).all()
    columns = {"B": "name_bn", "C": "father_or_husband", "D": "nid", "E": "birth_date"}
    matched = folded(good.rename(columns=columns))["person"].map(known).fillna("")
    assert (matched.to_numpy() == people["true_id"].to_numpy()).all()
    assert 0 < (people["true_id"] == "").sum() < len(people)
    assert (
        value(drops, "FC-03", "2021Q2", "scheme", scheme) == people["true_id"].replace("", np.nan).nunique()
    )


def test_shared_mobiles_are_those_of_different_persons(drops: Path) -> None:
    parts = []
    for scheme in ("old_age", "widow", "disability"):
        file = f"allowance_{scheme}_2021Q1.html"
        rows = page_rows(drops / "landing" / "khulna" / "allowances" / "2021Q1" / file)
        good = accepted(drops, rows, file, "allowances")
        parts.append(good.assign(file=file, row=(good.index + 1).astype(str)))
    rows = pd.concat(parts)
    rows["who"] = rows["B"] + rows["C"] + rows["E"]
    shared = rows[rows.groupby("F")["who"].transform("nunique") > 1]
    warned = expected(drops, "warnings").query("quarter == '2021Q1' and warnings == 'shared_mobile'")
    assert set(zip(shared["file"], shared["row"], strict=True)) == set(
        zip(warned["file"], warned["row"], strict=True)
    )
    assert len(warned) >= 9


@pytest.mark.parametrize("quarter", QUARTERS)
def test_services_and_people_served(drops: Path, quarter: str) -> None:
    found = khulna(drops, quarter)
    services = found["service_received"].assign(on=lambda f: day(f["received_on"]))
    new = services[services["on"].between(start_of(quarter), end_of(quarter))]
    assert value(drops, "FC-05", quarter) == len(new)
    for service in SERVICES:
        assert value(drops, "FC-05", quarter, "service", service) == (new["service"] == service).sum()
    who = expected(drops, "persons").query("region == 'khulna'").set_index("record")["true_id"]
    served = set(services[services["on"] >= "2019-01-01"]["ben_id"].map(who))
    lists = expected(drops, "allowance_persons")
    registered = set(found["beneficiary"]["ben_id"].map(who))
    drawing = set(lists[lists["quarter"] <= quarter]["true_id"]) & registered
    assert value(drops, "FC-01", quarter) == len(served | drawing)


def cards(out: Path, name: str) -> pd.DataFrame:
    """Accepted community scores: institution, criterion, score."""
    file = f"community_score_card_{name}.xlsx"
    parts = []
    for sheet, cells in tables(out / "landing" / "khulna" / "scorecards" / name / file).items():
        assert str(cells.iloc[3, 1]).lower() == "service provider"
        good = accepted(out, cells.iloc[5:].reset_index(drop=True), file, sheet)
        parts.append(pd.DataFrame({"unit": sheet, "criterion": good["a"], "score": good["d"].astype(float)}))
    return pd.concat(parts, ignore_index=True)


def test_score_cards(drops: Path) -> None:
    first, latest = cards(drops, "2019Q1"), cards(drops, "2021Q1")
    assert latest["unit"].nunique() == 19
    assert latest["score"].isin([1, 2, 3, 4, 5]).all()
    both = first.merge(latest, on=["unit", "criterion"], suffixes=("_first", "_latest"))
    step = np.sign(both["score_latest"] - both["score_first"])
    rise = pd.crosstab(both["unit"], step)
    better = rise[(rise[1] >= 5) & (rise[-1] <= 1)].index
    for kind in ("", "LGI", "PHC"):
        dimension = "institution_kind" if kind else ""
        assert value(drops, "FC-02", "2021Q2", dimension, kind) == better.str.startswith(kind).sum()
        scores = latest[latest["unit"].str.startswith(kind)]["score"]
        assert value(drops, "FC-04", "2021Q2", dimension, kind) == scores.median()


def test_no_institution_is_said_to_have_improved_before_the_second_round(tmp_path: Path) -> None:
    make(tmp_path, programmes=PROGRAMMES, quarters=["2019Q1"])
    rows = expected(tmp_path, "indicators")
    assert not (rows["indicator"] == "FC-02").any()
    assert rows[rows["indicator"] == "TD-05"]["state"].tolist() == ["not_reported"]


def test_written_rules_find_the_persons_of_unnamed_cases(drops: Path) -> None:
    cases = pune(drops, "2021Q2")
    unnamed = cases["person_id"] == ""
    named = cases[~unnamed]
    assert (named["person_id"] == named["true_id"]).all()
    by_card = named[named["kkpkp_card"] != ""].groupby("kkpkp_card")["person_id"].agg(["nunique", "first"])
    same = ["name", "birth_year", "household_no"]
    by_name = named.groupby(same)["person_id"].agg(["nunique", "first"])
    assert (by_card["nunique"] == 1).all()
    assert (by_name["nunique"] == 1).all()
    left = cases[unnamed]
    card = left["kkpkp_card"].map(by_card["first"])
    name = pd.Series(
        [by_name["first"].get(key) for key in left[same].itertuples(index=False, name=None)], left.index
    )
    found = card.fillna(name)
    alone = found.isna()
    assert (found[~alone] == left["true_id"][~alone]).all()
    assert not left["true_id"][alone].isin(named["person_id"]).any()
    assert left["true_id"][alone].is_unique
    assert card.notna().any()
    assert (card.isna() & name.notna()).any()
    assert alone.any()


@pytest.mark.parametrize("quarter", QUARTERS)
def test_indicators_of_the_cases(drops: Path, quarter: str) -> None:
    cases = pune(drops, quarter)
    begin, end = start_of(quarter), end_of(quarter)
    opened, paid = (cases[cases[on].between(begin, end)] for on in ("opened_on", "benefit_on"))
    decided = cases[cases["decided_on"].between(begin, end)]
    assert value(drops, "TD-01", quarter, over_time="in_quarter") == opened["true_id"].nunique()
    assert value(drops, "TD-01", quarter, over_time="cumulative") == cases["true_id"].nunique()
    assert (
        value(drops, "TD-01", quarter, "sex", "T", "cumulative")
        == cases[cases["sex"] == "T"]["true_id"].nunique()
    )
    ever = cases[cases["benefit_on"].notna()]
    assert value(drops, "TD-02", quarter, over_time="cumulative") == ever["true_id"].nunique()
    pension = paid[paid["scheme"] == "ration_card"]
    assert (
        value(drops, "TD-02", quarter, "scheme", "ration_card", "in_quarter") == pension["true_id"].nunique()
    )
    assert value(drops, "TD-03", quarter) == pytest.approx(100 * (decided["decision"] == "approved").mean())
    assert value(drops, "TD-04", quarter) == (paid["benefit_on"] - paid["opened_on"]).dt.days.median()
    centres = set(opened["centre"])
    assert value(drops, "TD-06", quarter) == len(centres - {"HUB"})
    assert value(drops, "TD-06", quarter, "hub", "HUB") == len(centres & {"HUB"})
    rupees = paid["benefit_amount_inr"].str.replace("₹|Rs\\.|/-|,| |\\.00$", "", regex=True)
    assert value(drops, "TD-07", quarter) == pd.to_numeric(rupees).sum()


def verhoeff_sound(number: str) -> bool:
    """Check by composing symmetries of a pentagon as permutations, another way than the samples' own."""
    turn = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    total = 0
    for place, digit in enumerate(reversed([int(sign) for sign in number])):
        for _ in range(place % 8):
            digit = turn[digit]
        flipped = total >= 5
        step = (total - digit if flipped else total + digit) % 5
        total = step + (5 if flipped != (digit >= 5) else 0)
    return total == 0


def test_aadhaar_numbers_are_sound_or_masked(drops: Path) -> None:
    assert verhoeff_sound("2363")
    assert not verhoeff_sound("2364")
    numbers = pune(drops, "2021Q1")["aadhaar"].unique()
    masked = [n for n in numbers if re.fullmatch("X{8}[0-9]{4}", n)]
    full = [n for n in numbers if n and n not in masked]
    assert len(masked) > 20
    assert len(full) > 20
    assert all(re.fullmatch("[2-9][0-9]{11}", n) and verhoeff_sound(n) for n in full)


def test_portal_and_helpdesk_differ_where_it_is_said(drops: Path) -> None:
    file = "pmc_scheme_status_2021Q2.xls"
    path = drops / "landing" / "pune" / "pmc" / "2021Q2" / file
    assert sniff(path) == "html"
    rows = tables(path)["table1"].iloc[3:-1].reset_index(drop=True)
    good = accepted(drops, rows, file, "pmc")
    both = good.merge(pune(drops, "2021Q2"), left_on="a", right_on="application_no")
    theirs = both["d"].map({"Sanctioned": "approved", "Rejected": "rejected"}).fillna("")
    warned = expected(drops, "warnings").query("file == @file")
    assert set(both["a"][theirs != both["decision"]]) == set(warned["key"])
    assert len(warned) >= 3


def enumerated(path: Path) -> pd.DataFrame:
    cells = tables(path)["Enumeration"]
    assert str(cells.iloc[3, 0]).lower() == "कुटुंब क्र. / household no."
    rows = cells.iloc[4:].reset_index(drop=True)
    return rows.assign(a=rows["a"].where(~rows["a"].isin(["", "-do-", "do", '"'])).ffill())


def test_enumeration_in_three_formats(drops: Path) -> None:
    folder = drops / "landing" / "pune" / "enumeration" / "2020Q4"
    kinds, enough, adults = set(), 0, 0
    for path in sorted(folder.iterdir()):
        kinds.add(sniff(path))
        rows = enumerated(path)
        listed = faulty(drops, path.name, "Enumeration")
        for key, row in zip(listed["key"], listed["row"].astype(int), strict=True):
            assert key in (f"row:{row}", f"{rows['a'][row - 1]}|{rows['b'][row - 1]}")
        good = accepted(drops, rows, path.name, "Enumeration")
        assert not good.duplicated(["a", "b"]).any()
        grown = good[good["f"].astype(int) >= 18]
        has = grown[list("ghijklmn")].isin(["हो", "Y"]).sum(axis=1)
        assert value(drops, "TD-05", "2021Q1", "ksk", path.name[:5].upper()) == pytest.approx(
            100 * (has >= 3).mean()
        )
        enough, adults = enough + int((has >= 3).sum()), adults + len(grown)
    assert kinds == {"xlsx", "xls", "ods"}
    assert value(drops, "TD-05", "2021Q1") == pytest.approx(100 * enough / adults)


@pytest.mark.parametrize(
    ("region", "source", "quarter", "file"),
    [
        ("khulna", "mis", "2021Q2", "beneficiary_mis_2021Q2.zip"),
        ("khulna", "allowances", "2021Q1", "allowance_widow_2021Q1.html"),
        ("khulna", "scorecards", "2020Q1", "community_score_card_2020Q1.xlsx"),
        ("pune", "cases", "2021Q2", "helpdesk_cases_2021Q2.csv"),
        ("pune", "pmc", "2021Q1", "pmc_scheme_status_2021Q1.xls"),
        ("pune", "enumeration", "2020Q4", "ksk03_enumeration_2020Q4.xls"),
        ("pune", "enumeration", "2020Q4", "ksk07_enumeration_2020Q4.ods"),
    ],
)
def test_contracts_judge_as_expected(drops: Path, region: str, source: str, quarter: str, file: str) -> None:
    path = drops / "landing" / region / source / quarter / file
    closes_on = date.fromisoformat(str(np.datetime64(last_day(quarter), "D")))
    judged = judge_file(path, load_delivery_contract(region, source), closes_on)
    codes = judged.connection.execute(
        "SELECT code, count(DISTINCT (tbl, record)) FROM findings GROUP BY 1"
    ).fetchall()
    listed = expected(drops, "quarantine").query("file == @file")["reasons"].str.split("|").explode()
    assert dict(codes) == listed.value_counts().to_dict()
    judged.close()


def test_reader_opens_what_the_writer_of_legacy_workbooks_writes(tmp_path: Path) -> None:
    path = tmp_path / "small.xls"
    write_xls(path, "Sheet", [["कुटुंब", None], ["b", 7], [], ["", -2.5]], [(0, 0, 0, 1)])
    (chunk,) = read(path)
    assert sniff(path) == "xls"
    assert chunk.table == "Sheet"
    assert chunk.spans == ((0, 0, 0, 1),)
    assert chunk.cells.column(0).to_pylist()[:2] == ["कुटुंब", "b"]
    assert chunk.cells.column(1).to_pylist() == [None, "7", None, "-2.5"]


@pytest.mark.parametrize("rows", [1, 127, 128, 2000])
def test_legacy_workbooks_of_any_length(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "long.xls"
    write_xls(path, "Sheet", [[i, f"row {i}"] for i in range(rows)])
    (chunk,) = read(path)
    assert chunk.cells.column(1).to_pylist() == [f"row {i}" for i in range(rows)]


def test_a_sheet_too_large_for_the_legacy_writer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too large"):
        write_xls(tmp_path / "large.xls", "Sheet", [["x" * 8000]] * 600)


def test_delivery_log_lists_every_file(drops: Path) -> None:
    with (drops / "landing" / "_received.csv").open(encoding="utf-8", newline="") as file:
        logged = {row["path"] for row in csv.DictReader(file)}
    landing = drops / "landing"
    found = {f.relative_to(landing).as_posix() for f in landing.rglob("*") if f.is_file()}
    assert logged == found - {"_received.csv"}
