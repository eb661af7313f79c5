"""Sample drops of kudumbashree_nro: reproducible, read by the project's own readers, and an expected outcome that the
files themselves bear out when they are counted another way.
"""

import csv
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ingest.readers import read, sniff
from ingest.samples import make
from ingest.samples.nro.places import STATES

NRO = ["kudumbashree_nro"]
REGIONS = [state.region for state in STATES]
BOOK = {state.region: state.book for state in STATES}
QUARTERS = ("2021Q1", "2021Q2")
PORTAL = ("2020Q3", "2020Q4", *QUARTERS)
EXPECTED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "drops" / "expected"
_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("०१२३४५६७८९೦೧೨೩೪೫೬೭೮೯")}
_GP = ["lgd", "district", "block", "gp", "held", "women", "total", "gpcc", "vocc", "fifth"]
_ENTITLEMENT = ["lgd", "entitlement", "eligible", "applied", "received"]


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nro")
    make(out, programmes=NRO)
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(text: str) -> str:
    """The text without what is only mess."""
    return " ".join(re.sub("[\u200b\ufeff]", "", text).translate(_DIGITS).replace("\u00a0", " ").split())


def number(text: str) -> int:
    return int(re.sub(r"₹|Rs\.?|/-|,|\*| ", "", plain(text)))


def day_of(text: str) -> pd.Timestamp:
    text = plain(text)
    if text.isdigit():
        return pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(text))
    return pd.Timestamp(text) if re.match(r"\d{4}-", text) else pd.to_datetime(text, dayfirst=True)


def tables(path: Path) -> dict[str, pd.DataFrame]:
    """The file's records by table as the project's readers give them; of a page only the blocks' rows."""
    parts: dict[str, list[pa.RecordBatch]] = {}
    grid = False
    for chunk in read(path):
        parts.setdefault(chunk.table, []).append(chunk.cells)
        grid = chunk.is_grid
    found = {
        name: pd.DataFrame(pa.Table.from_batches(some).to_pydict(), dtype=object)
        for name, some in parts.items()
    }
    if not grid:
        return found
    if "shg_portal" in str(path):
        page = found["table1"].iloc[5:].reset_index(drop=True)
        page = page[~page["A"].fillna("").str.endswith("Total")].reset_index(drop=True)
        return {"shg_status": page.assign(A=page["A"].ffill())}
    return {
        name: frame.iloc[1:].reset_index(drop=True).set_axis(_GP if name == "GP" else _ENTITLEMENT, axis=1)
        for name, frame in found.items()
    }


def findings(out: Path, which: str, file: str, table: str) -> dict[int, set[str]]:
    column = {"quarantine": "reasons", "warnings": "warnings"}[which]
    return {
        int(r["row"]): set(r[column].split("|"))
        for r in rows_of(out / "expected" / f"{which}.csv")
        if (r["file"], r["table"]) == (file, table) and r["row"]
    }


def path_of(out: Path, region: str, source: str, quarter: str) -> Path:
    """The last delivery of a region's source and quarter."""
    return max((out / "landing" / region / source / quarter).iterdir())


def accepted(out: Path, path: Path) -> dict[str, pd.DataFrame]:
    return {
        name: frame.drop(index=[row - 1 for row in findings(out, "quarantine", path.name, name)])
        for name, frame in tables(path).items()
    }


def values(
    out: Path, quarter: str, region: str, file: str = "indicators.csv"
) -> dict[tuple[str, str, str], float]:
    return {
        (r["indicator"], r["dimension"], r["category"]): float(r["value"])
        for r in rows_of(out / "expected" / file)
        if (r["quarter"], r["region"], r["state"]) == (quarter, region, "reported")
    }


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_same_seed_same_bytes_other_seed_other_bytes(drops: Path, tmp_path: Path) -> None:
    make(tmp_path / "again", programmes=NRO)
    make(tmp_path / "other", programmes=NRO, seed=2)
    first, again, other = files(drops), files(tmp_path / "again"), files(tmp_path / "other")
    assert again == first
    assert other.keys() == first.keys()
    same = {path for path in first if first[path] == other[path]}
    assert not any(region in path for region in REGIONS for path in same)


def test_a_quarter_is_the_same_whatever_else_is_asked_for(drops: Path, tmp_path: Path) -> None:
    make(tmp_path, programmes=NRO, quarters=["2021Q2"])
    for source in ("pts", "entitlements", "shg_portal"):
        path = path_of(drops, "karnataka", source, "2021Q2").relative_to(drops)
        assert (tmp_path / path).read_bytes() == (drops / path).read_bytes()


def test_each_quarter_brings_every_file_and_the_portal_comes_with_two_more(drops: Path) -> None:
    log = rows_of(drops / "landing" / "_received.csv")
    assert all(a["received_at"] <= b["received_at"] for a, b in pairwise(log))
    expected = {f"{r}/pts/{q}/pts_{r}_{q}.sql" for r in REGIONS for q in QUARTERS}
    expected |= {f"{r}/entitlements/{q}/pae_{r}_{q}.{BOOK[r]}" for r in REGIONS for q in QUARTERS}
    expected |= {f"{r}/shg_portal/{q}/shg_status_{r}_{q}.xls" for r in REGIONS for q in PORTAL}
    expected |= {"rajasthan/pts/2021Q1/pts_rajasthan_2021Q1_v2.sql"}
    assert {r["path"] for r in log if not r["path"].startswith("_reference")} == expected


@pytest.mark.parametrize(
    ("source", "kinds"),
    [("pts", {"pg_dump"}), ("entitlements", {"xlsx", "ods"}), ("shg_portal", {"html"})],
)
def test_files_are_what_they_are_said_to_be(drops: Path, source: str, kinds: set[str]) -> None:
    assert {sniff(p) for p in drops.glob(f"landing/*/{source}/*/*")} == kinds


@pytest.mark.parametrize("region", REGIONS)
def test_files_hold_the_records_that_are_expected(drops: Path, region: str) -> None:
    listed = Counter((r["file"], r["table"]) for r in rows_of(drops / "expected" / "quarantine.csv"))
    for entry in json.loads((drops / "expected" / "records.json").read_text(encoding="utf-8")):
        if entry["region"] != region:
            continue
        found = tables(
            drops.joinpath("landing", *(entry[k] for k in ("region", "source", "quarter", "file")))
        )
        assert {n: len(frame) for n, frame in found.items()} == {
            n: t["read"] for n, t in entry["tables"].items()
        }
        for name, table in entry["tables"].items():
            assert table["read"] == table["accepted"] + table["quarantined"]
            assert table["quarantined"] == listed[entry["file"], name]


def test_findings_stand_at_the_rows_that_bear_their_keys(drops: Path) -> None:
    read_once = {p.name: tables(p) for p in drops.glob("landing/*/*/*/*")}
    for which in ("quarantine", "warnings"):
        for finding in rows_of(drops / "expected" / f"{which}.csv"):
            if not finding["row"] or finding["key"].startswith("row:"):
                continue
            record = read_once[finding["file"]][finding["table"]].iloc[int(finding["row"]) - 1]
            assert set(finding["key"].split("|")) <= set(record.dropna())


def test_every_reason_and_warning_of_the_sources_is_planted(drops: Path) -> None:
    reasons: dict[str, set[str]] = {}
    for row in rows_of(drops / "expected" / "quarantine.csv"):
        reasons.setdefault(row["source"], set()).update(row["reasons"].split("|"))
    common = {
        "missing_required",
        "bad_number",
        "ambiguous_grouping",
        "unknown_code",
        "exact_duplicate",
        "duplicate_key",
    }
    more = common | {"bad_date", "future_date", "out_of_range", "orphan_reference"}
    assert reasons == {
        "pts": more | {"bad_identifier", "date_order"},
        "entitlements": more | {"rule:women_le_total", "rule:funnel"},
        "shg_portal": common,
    }
    warned: dict[str, set[str]] = {}
    for row in rows_of(drops / "expected" / "warnings.csv"):
        warned.setdefault(row["source"], set()).update(row["warnings"].split("|"))
    assert warned == {
        "pts": {"unit_suspect"},
        "shg_portal": {"parts_sum", "unit_suspect", "stale_value", "total_mismatch"},
    }


@pytest.mark.parametrize("region", REGIONS)
def test_orphans_are_the_references_without_an_accepted_record(drops: Path, region: str) -> None:
    references = [
        ("pts", "enterprise", "mec_id", "mec_firm"),
        ("pts", "enterprise_month", "enterprise_id", "enterprise"),
        ("pts", "mec_visit", "enterprise_id", "enterprise"),
        ("entitlements", "Entitlements", "lgd", "GP"),
    ]
    for source, child, column, parent in references:
        path = path_of(drops, region, source, "2021Q1")
        keys = set(accepted(drops, path)[parent][column])
        reference = tables(path)[child][column]
        lost = reference.notna() & ~reference.isin(["NA", "-", "N/A", *keys])
        found = findings(drops, "quarantine", path.name, child)
        assert set(np.flatnonzero(lost) + 1) == {
            row for row, codes in found.items() if "orphan_reference" in codes
        }


def enterprises(found: dict[str, pd.DataFrame], quarter: str) -> dict[str, pd.DataFrame]:
    """Enterprises, those active, the cohort, and the active ones' months and visits, from an accepted dump."""
    period = pd.Period(quarter)
    start, end = period.start_time.normalize(), period.end_time.normalize()
    all_, months, visits = (found[name].copy() for name in ("enterprise", "enterprise_month", "mec_visit"))
    all_["start"] = all_["started_on"].map(day_of)
    all_["end"] = pd.to_datetime(all_["closed_on"].map(day_of, na_action="ignore"))
    all_["sector"] = all_["sector"].map(plain)
    open_now = all_[(all_["start"] <= end) & ~(all_["end"] <= end)]
    months = months[months["month"].isin([str(m) for m in pd.period_range(start, end, freq="M")])]
    amounts = [c for c in months.columns.astype(str) if c.endswith("_inr")]
    months[amounts] = months[amounts].map(number)
    months["net"] = months["sales_inr"] - months[[c for c in amounts if c != "sales_inr"]].sum(axis=1)
    sold = months[months["sales_inr"] > 0].groupby("enterprise_id").size()
    active = open_now[open_now["enterprise_id"].map(sold) == 3]
    first = (period - 4).start_time
    cohort = all_[(all_["start"] >= first) & (all_["start"] <= (period - 4).end_time)]
    when = visits["visited_on"].map(day_of)
    of_active = visits["enterprise_id"].isin(active["enterprise_id"])
    return {
        "active": active,
        "cohort": cohort,
        "survived": cohort[~(cohort["end"] <= cohort["start"] + pd.DateOffset(months=12))],
        "months": months.merge(active[["enterprise_id", "sector"]], on="enterprise_id"),
        "visits": visits[(when >= start) & (when <= end) & of_active],
    }


@pytest.mark.parametrize("quarter", QUARTERS)
def test_accepted_enterprises_bear_out_the_indicators(drops: Path, quarter: str) -> None:
    found = {r: enterprises(accepted(drops, path_of(drops, r, "pts", quarter)), quarter) for r in REGIONS}
    found["all"] = {name: pd.concat([part[name] for part in found.values()]) for name in found[REGIONS[0]]}
    for region, of in found.items():
        stated = values(drops, quarter, region)
        active, trade = of["active"], of["months"]["sector"] == "trade"
        assert stated["NR-01", "", ""] == len(active)
        assert (
            stated["NR-01", "social_category", "ST"] == (active["social_category"].map(plain) == "ST").sum()
        )
        assert stated["NR-02", "", ""] == pytest.approx(100 * len(of["survived"]) / len(of["cohort"]))
        assert stated["NR-03", "", ""] == of["months"]["net"].median()
        assert stated["NR-03", "sector", "trade"] == of["months"]["net"][trade].median()
        assert stated["NR-09", "", ""] == pytest.approx(len(of["visits"]) / len(active))


@pytest.mark.parametrize("region", REGIONS)
def test_accepted_assessments_bear_out_the_indicators(drops: Path, region: str) -> None:
    found, stated = (
        accepted(drops, path_of(drops, region, "entitlements", "2021Q2")),
        values(drops, "2021Q2", region),
    )
    gps, received = found["GP"], found["Entitlements"]
    held = gps["held"].map(day_of, na_action="ignore")
    here = gps[held.between("2021-04-01", "2021-06-30")]
    women, total = here["women"].map(number), here["total"].map(number)
    assert stated["NR-04", "", ""] == pytest.approx(100 * women.sum() / total.sum())
    district = here["district"].map(plain)
    for name in set(district):
        mine = district == name
        assert stated["NR-04", "district", name] == pytest.approx(100 * women[mine].sum() / total[mine].sum())
    eligible, got = (received[c].map(number) for c in ("eligible", "received"))
    assert stated["NR-05", "", ""] == pytest.approx(100 * got.sum() / eligible.sum())
    toilets = received["entitlement"].map(plain) == "toilet"
    assert stated["NR-05", "entitlement", "toilet"] == pytest.approx(
        100 * got[toilets].sum() / eligible[toilets].sum()
    )
    assert stated["NR-06", "", ""] == (gps["gpcc"].astype(int) >= 3).sum()


@pytest.mark.parametrize("quarter", PORTAL)
def test_accepted_rows_of_the_pages_bear_out_the_indicators(drops: Path, quarter: str) -> None:
    groups, credit = 0.0, 0.0
    for region in REGIONS:
        stated = values(drops, quarter, region)
        page = accepted(drops, path_of(drops, region, "shg_portal", quarter))["shg_status"]
        total = page["E"].map(number)
        rupees = page["I"].map(lambda cell: number(cell.replace(".", "")) * 1000)
        assert stated["NR-07", "", ""] == total.sum()
        assert stated["NR-08", "", ""] == rupees.sum()
        groups, credit = groups + total.sum(), credit + rupees.sum()
        for name, part in total.groupby(page["A"]):
            assert stated["NR-07", "district", str(name)] == part.sum()
    together = values(drops, quarter, "all")
    assert (together["NR-07", "", ""], together["NR-08", "", ""]) == (groups, credit)


@pytest.mark.parametrize("region", REGIONS)
def test_sales_far_above_the_median_are_suspect(drops: Path, region: str) -> None:
    path = path_of(drops, region, "pts", "2021Q2")
    months = accepted(drops, path)["enterprise_month"]
    sales = months["sales_inr"].map(number)
    far = sales > 20 * sales.groupby(months["enterprise_id"]).transform("median")
    assert (
        set(months.index[far] + 1) == set(findings(drops, "warnings", path.name, "enterprise_month")) != set()
    )


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("quarter", PORTAL)
def test_warnings_of_a_page_follow_from_its_numbers(drops: Path, region: str, quarter: str) -> None:
    def numbers(of: str) -> pd.DataFrame:
        page = accepted(drops, path_of(drops, region, "shg_portal", of))["shg_status"]
        counts = page[list("CDEH")].map(number)
        counts["I"] = page["I"].map(lambda cell: number(cell.replace(".", "")))
        return counts.set_axis(pd.Index(page["A"] + "|" + page["B"].map(plain)), axis=0).assign(
            row=page.index + 1
        )

    now = numbers(quarter)
    each = now["I"] * 1000 / now["H"]
    expected: dict[int, set[str]] = {}
    for code, hit in (
        ("parts_sum", now["C"] + now["D"] != now["E"]),
        ("unit_suspect", (each < 10_000) | (each > 1_000_000)),
        *([("stale_value", stale(now, *map(numbers, before(quarter))))] if quarter in QUARTERS else []),
    ):
        for row in now["row"][hit]:
            expected.setdefault(int(row), set()).add(code)
    file = f"shg_status_{region}_{quarter}.xls"
    assert findings(drops, "warnings", file, "shg_status") == expected


def before(quarter: str) -> list[str]:
    at = PORTAL.index(quarter)
    return list(PORTAL[at - 2 : at])


def stale(now: pd.DataFrame, *earlier: pd.DataFrame) -> pd.Series:
    hit = pd.Series(True, index=now.index)
    for page in earlier:
        same = page[["H", "I"]].reindex(now.index) == now[["H", "I"]]
        assert (same["H"] == same["I"]).all(), (
            "whether one of two values not moving is stale is nobody's rule"
        )
        hit &= same["H"]
    return hit


def test_totals_that_are_wrong_are_those_listed(drops: Path) -> None:
    labels: Counter[str] = Counter()
    for entry in json.loads((drops / "expected" / "records.json").read_text(encoding="utf-8")):
        if entry["source"] == "shg_portal":
            labels.update(entry["tables"]["shg_status"]["total_rows_not_checked"][-1:])
    mismatched = [
        r["key"] for r in rows_of(drops / "expected" / "warnings.csv") if "total_mismatch" in r["warnings"]
    ]
    # One state a quarter has no faulty row, and there the state's total is wrong, elsewhere a district's.
    assert labels["State Total"] == len(PORTAL) * (len(REGIONS) - 1)
    assert mismatched.count("State Total") == len(PORTAL)
    assert len(mismatched) == len(PORTAL) * len(REGIONS)


def test_the_first_delivery_of_one_state_is_superseded(drops: Path) -> None:
    records = json.loads((drops / "expected" / "records.json").read_text(encoding="utf-8"))
    assert [e["file"] for e in records if e["superseded"]] == ["pts_rajasthan_2021Q1.sql"]
    assert {r["file"] for r in rows_of(drops / "expected" / "quarantine.csv") if r["superseded"] == "1"} == {
        "pts_rajasthan_2021Q1.sql"
    }
    early, now = (
        values(drops, "2021Q1", "rajasthan", f) for f in ("indicators_first_delivery.csv", "indicators.csv")
    )
    path = drops / "landing/rajasthan/pts/2021Q1/pts_rajasthan_2021Q1.sql"
    assert early["NR-01", "", ""] == len(enterprises(accepted(drops, path), "2021Q1")["active"])
    assert early["NR-01", "", ""] < now["NR-01", "", ""]
    elsewhere = [
        values(drops, "2021Q1", "karnataka", f) for f in ("indicators_first_delivery.csv", "indicators.csv")
    ]
    assert elsewhere[0] == elsewhere[1]


def test_states_without_a_drop_are_not_reported_and_empty_populations_not_applicable(drops: Path) -> None:
    found = rows_of(drops / "expected" / "indicators.csv")
    early = {
        r["state"] for r in found if r["quarter"] == "2020Q3" and r["indicator"] not in ("NR-07", "NR-08")
    }
    assert early == {"not_reported"}
    karnataka = [r for r in found if r["region"] == "karnataka" and r["category"] == "yes"]
    assert {r["state"] for r in karnataka} == {"not_applicable"}
    keys = [tuple(r[k] for k in ("indicator", "quarter", "region", "dimension", "category")) for r in found]
    assert len(keys) == len(set(keys))


def test_places_and_headers_are_the_ones_in_use() -> None:
    if not EXPECTED.exists():
        pytest.skip("the shared drops (../shared/data/drops) are not here")
    in_use = json.loads((EXPECTED / "vocabularies.json").read_text(encoding="utf-8"))["nro"]
    for state in STATES:
        mine = in_use[state.region]
        assert {name: list(blocks) for name, blocks in state.districts.items()} == mine["blocks"]
        assert list(state.gp_headers) == list(mine["gp_header"].values())
        assert list(state.entitlement_headers) == list(mine["entitlement_header"].values())
