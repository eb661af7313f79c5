"""What programme kudumbashree_nro needed in general: drawn vocabularies, looking outside a drop, one row per place,
headers in either half of a label, three header rows with subtotals. All files are made here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.contracts.loading import REGIONS, load_region, region_files
from ingest.contracts.mapping import Mapping
from ingest.contracts.rule import Related, Rule
from ingest.contracts.vocabularies import drawn_vocabularies
from ingest.contracts.yaml_file import Document, WordPlace
from ingest.deliveries.delivery import quarter_end
from ingest.deliveries.landing import scan
from ingest.deliveries.receipt import TableCounts
from ingest.deliveries.related import Arrivals, compare_with, quarters_before
from ingest.errors import SangamError
from ingest.judging.delivered_file import judge_file
from ingest.mapping.selects import feed_select
from ingest.run import ingest_source
from tests.receipts import receipt_for

STATES = [name for name, file in region_files().items() if file.parents[1].name == "kudumbashree_nro"]
LAST_DAY = quarter_end("2021Q1").date()


# --- contracts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_a_state_says_only_what_differs(state: str) -> None:
    own = (REGIONS / "kudumbashree_nro" / "regions" / f"{state}.yml").read_text(encoding="utf-8")
    assert len(own.splitlines()) <= 40
    region = load_region(state)
    assert set(region.sources) == {"pts", "entitlements", "shg_portal"}
    assert (region.programme, region.currency, region.country) == ("kudumbashree_nro", "INR", "IN")
    words = region.sources["shg_portal"].vocabularies
    assert words["districts"] == list(words["blocks"])


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("keys of blocks", ["Ranchi", "Pakur"]),
        ("values of blocks", {"Angara": [], "Bundu": [], "Litipara": ["Littipara"]}),
        ("values of doubled", {"Rampur": ["R. pur", "Rampura"]}),
    ],
)
def test_a_vocabulary_is_drawn_from_a_nested_one(words: str, drawn: object) -> None:
    nested = {
        "blocks": {"Ranchi": ["Angara", "Bundu"], "Pakur": {"Litipara": "Littipara"}},
        "doubled": {"A": {"Rampur": ["R. pur"]}, "B": {"Rampur": ["Rampura"]}},
    }
    made = drawn_vocabularies(_words({**nested, "places": words}))
    assert made["places"] == drawn
    assert {name: made[name] for name in nested} == nested


def _words(vocabularies: dict[str, Any]) -> Document:
    return Document({"vocabularies": vocabularies}, WordPlace(Path("source.yml"), 1))


@pytest.mark.parametrize("words", ["keys of nothing", "keys of flat", "blocks", "all of blocks"])
def test_a_vocabulary_drawn_from_nowhere_is_told(words: str) -> None:
    with pytest.raises(SangamError, match="vocabulary 'places'"):
        drawn_vocabularies(_words({"flat": ["a"], "blocks": {"A": ["b"]}, "places": words}))


def test_what_is_accepted_does_not_depend_on_other_deliveries() -> None:
    look = {"last": {"table": "t", "quarters_back": 1, "match": {"k": "k"}, "value": "max(x)"}}
    Rule.model_validate({"check": "x <> last", "message": "m", "severity": "warning", "related": look})
    with pytest.raises(ValidationError, match="severity warning"):
        Rule.model_validate({"check": "x <> last", "message": "m", "severity": "error", "related": look})


def _programme(root: Path, looks: dict[str, tuple[str, str]]) -> None:
    """A programme with a source for each key, whose rule looks up a (source, table)."""
    folder = root / "prog"
    (folder / "regions").mkdir(parents=True)
    (folder / "programme.yml").write_text("title: P\n")
    (folder / "regions" / "reg.yml").write_text("{}\n")
    for source, (other, table) in looks.items():
        related = {"there": {"source": other, "table": table, "match": {"k": "k"}, "value": "count(*)"}}
        rule = {"severity": "warning", "check": "there > 0", "message": "m", "related": related}
        spec = {"key": ["k"], "columns": {"k": {}}, "rules": {"seen": rule} if other else {}}
        content = {"title": source, "format": ["delimited"], "tables": {"t": spec}}
        (folder / f"{source}.yml").write_text(json.dumps(content))


def test_sources_may_look_each_other_up_but_not_in_a_circle(tmp_path: Path) -> None:
    _programme(tmp_path / "line", {"a": ("b", "t"), "b": ("", "")})
    assert load_region("reg", tmp_path / "line").sources["a"].looked_up_sources() == {"b"}
    _programme(tmp_path / "circle", {"a": ("b", "t"), "b": ("a", "t")})
    with pytest.raises(SangamError, match="circle"):
        load_region("reg", tmp_path / "circle")


@pytest.mark.parametrize(
    ("there", "words"),
    [(("nobody", "t"), "no source 'nobody'"), (("b", "nothing"), "no table 'b/nothing' to look up")],
)
def test_a_look_up_of_what_is_not_there_is_told(tmp_path: Path, there: tuple[str, str], words: str) -> None:
    _programme(tmp_path, {"a": there, "b": ("", "")})
    with pytest.raises(SangamError, match=rf"/a\.yml:1: .*\.related\.there\..*: there is {words}"):
        load_region("reg", tmp_path)


# --- feeds -------------------------------------------------------------------------------------------------------


def test_one_row_per_place_from_its_first_record() -> None:
    mapping = Mapping(
        table="gp", columns={"place_id": "district"}, where="district IS NOT NULL", one_per=("district",)
    )
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE gp AS SELECT district, r AS _record, r AS _row, '' AS _file, '' AS _table, '' AS _sha256 "
            "FROM (VALUES ('A', 3), ('B', 2), ('A', 1), (NULL, 4)) AS v(district, r)"
        )
        select = feed_select("place", mapping, ["district"])
        rows = connection.execute(f"SELECT place_id, _record FROM ({select}) ORDER BY 1").fetchall()
    assert rows == [("A", 1), ("B", 2)]


# --- the portal's page: three header rows, subtotals, earlier quarters ---------------------------------------------

Row = tuple[str, str, int, int, int, int, str]  # district, block, formed, revived, total, groups linked, lakh


def _page(rows: list[Row], *, wrong_total_of: str = "") -> str:
    cells = []
    for district in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == district]
        for i, (_, block, formed, revived, total, linked, lakh) in enumerate(own):
            first = f"<td rowspan='{len(own)}'>{district}</td>" if i == 0 else ""
            shown = "".join(f"<td>{n:,}</td>" for n in (formed, revived, total, 1, 1, linked))
            cells.append(f"<tr>{first}<td>{block}</td>{shown}<td>{lakh}</td></tr>")
        formed, revived, total, linked = (
            sum(numbers) for numbers in zip(*(row[2:6] for row in own), strict=True)
        )
        sums = (formed + (district == wrong_total_of), revived, total, len(own), len(own), linked)
        credit = sum(float(row[6].strip("₹ ").replace(",", "")) for row in own)
        shown = "".join(f"<td>{n}</td>" for n in (*sums, f"{credit:.2f}"))
        cells.append(f"<tr><td colspan='2'><b>{district} Total</b></td>{shown}</tr>")
    return (
        "<html><body><table><tr><td colspan='9'>Jharkhand, 2020-21</td></tr>"
        "<tr><th rowspan='3'>District</th><th rowspan='3'>Block</th><th colspan='3'>SHG</th><th>VO</th><th>CLF</th>"
        "<th colspan='2'>Bank credit</th></tr><tr>"
        + "".join(
            f"<th rowspan='2'>{label}</th>"
            for label in ("Formed", "Revived", "Total", "Total", "Total", "SHGs linked", "Amount (₹ in Lakh)")
        )
        + f"</tr><tr></tr>{''.join(cells)}</table></body></html>"
    )


def _row(block: str = "Angara", lakh: str = "61.00", *, district: str = "Ranchi", total: int = 30) -> Row:
    return (district, block, 20, 10, total, 20, lakh)


def _deliver(
    landing: Path, quarter: str, rows: list[Row], *, hour: int = 0, name: str = "", **page: str
) -> None:
    file = landing / "jharkhand" / "shg_portal" / quarter / f"{name or 'shg_status_' + quarter}.xls"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_page(rows, **page), encoding="utf-8")
    os.utime(file, (1_600_000_000 + hour * 3600,) * 2)


def _warned(home: Path, quarter: str, warning: str) -> set[str]:
    files = home.glob(f"lake/warnings/region=jharkhand/source=shg_portal/quarter={quarter}/*.parquet")
    listed = ", ".join(f"'{file}'" for file in files)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT key FROM read_parquet([{listed}], hive_partitioning = false) WHERE warning = '{warning}'"
        ).fetchall()
    return {str(row[0]) for row in rows}


def _ingest(home: Path, landing: Path) -> list[dict[str, object]]:
    return ingest_source(home, landing, "jharkhand", "shg_portal")


@pytest.mark.parametrize(
    ("earlier", "stale"),
    [
        ({"2020Q3": "61.00", "2020Q4": "61.00"}, True),
        ({"2020Q3": "₹ 61", "2020Q4": "61.0"}, True),  # the same amount, written otherwise
        ({"2020Q3": "60.00", "2020Q4": "61.00"}, False),
        ({"2020Q3": "61.00", "2020Q4": "60.00"}, False),
        ({"2020Q4": "61.00"}, False),  # the quarter before the last one never came
        ({"2020Q2": "61.00", "2020Q4": "61.00"}, False),
        ({"2020Q3": "61.00", "2020Q4": "6,1.00"}, False),  # quarantined, so not compared with
    ],
)
def test_stale_value_compares_with_both_quarters_before(
    tmp_path: Path, earlier: dict[str, str], stale: bool
) -> None:
    for quarter, lakh in earlier.items():
        _deliver(tmp_path / "in", quarter, [_row(lakh=lakh)])
    _deliver(tmp_path / "in", "2021Q1", [_row(), _row("Bundu", "47.00")])
    _ingest(tmp_path / "home", tmp_path / "in")
    assert _warned(tmp_path / "home", "2021Q1", "stale_value") == ({"Ranchi|Angara"} if stale else set())


def test_an_earlier_quarter_that_comes_late_or_again_is_looked_at(tmp_path: Path) -> None:
    landing, home = tmp_path / "in", tmp_path / "home"
    _deliver(landing, "2021Q1", [_row()], hour=0)
    _deliver(landing, "2020Q3", [_row()], hour=1)
    _deliver(landing, "2020Q4", [_row(lakh="50.00")], hour=2)
    _ingest(home, landing)
    assert _warned(home, "2021Q1", "stale_value") == set()

    _deliver(landing, "2020Q4", [_row()], hour=3, name="again")
    read = {str(r.path).rpartition("/")[2] for r in _ingest(home, landing) if r.read_now}
    assert read == {"again.xls", "shg_status_2021Q1.xls"}
    assert _warned(home, "2021Q1", "stale_value") == {"Ranchi|Angara"}
    assert not any(r.read_now for r in _ingest(home, landing))


def test_a_redelivery_of_two_quarters_ago_is_looked_at_although_the_one_between_stays(tmp_path: Path) -> None:
    landing, home = tmp_path / "in", tmp_path / "home"
    for hour, (quarter, lakh) in enumerate({"2020Q3": "50.00", "2020Q4": "61.00", "2021Q1": "61.00"}.items()):
        _deliver(landing, quarter, [_row(lakh=lakh)], hour=hour)
    _ingest(home, landing)
    assert _warned(home, "2021Q1", "stale_value") == set()

    _deliver(landing, "2020Q3", [_row()], hour=3, name="again")
    assert {str(r.quarter) for r in _ingest(home, landing) if r.read_now} >= {"2020Q3", "2021Q1"}
    assert _warned(home, "2021Q1", "stale_value") == {"Ranchi|Angara"}
    assert not any(r.read_now for r in _ingest(home, landing))


def test_a_three_row_header_with_subtotals(tmp_path: Path) -> None:
    rows = [
        _row(),
        _row("Bundu", total=31),
        _row("Torpa", district="Khunti"),
        _row("Palkot", "0.10", district="Gumla"),
    ]
    _deliver(tmp_path / "in", "2021Q1", rows, wrong_total_of="Khunti")
    (receipt,) = _ingest(tmp_path / "home", tmp_path / "in")
    assert receipt.refused is None, receipt.message
    assert receipt.tables["shg_status"].read == 4
    for warning, keys in (
        ("parts_sum", {"Ranchi|Bundu"}),
        ("unit_suspect", {"Gumla|Palkot"}),
        ("total_mismatch", {"Khunti Total"}),
    ):
        assert _warned(tmp_path / "home", "2021Q1", warning) == keys


def test_a_subtotal_over_a_quarantined_row_is_not_checked(tmp_path: Path) -> None:
    _deliver(tmp_path / "in", "2021Q1", [_row(), _row("Nowhere")], wrong_total_of="Ranchi")
    (receipt,) = _ingest(tmp_path / "home", tmp_path / "in")
    assert receipt.tables["shg_status"].by_reason == {"unknown_code": 1}
    assert _warned(tmp_path / "home", "2021Q1", "total_mismatch") == set()


def test_another_source_is_looked_up_in_the_same_quarter(tmp_path: Path) -> None:
    _deliver(tmp_path, "2021Q1", [_row()])
    other = tmp_path / "jharkhand" / "pts" / "2021Q1"
    other.mkdir(parents=True)
    (other / "first.sql").write_text("x")
    os.utime(other / "first.sql", (1_600_000_000,) * 2)
    (other / "second.sql").write_text("y")
    counted = TableCounts(read=1, accepted=1, quarantined=0)
    by_source = {
        source: Arrivals(
            found := scan(tmp_path, sources=[("jharkhand", source)]),
            {
                d.relative: receipt_for(d, tables={"enterprise": counted, "shg_status": counted})
                for d in found
            },
        )
        for source in ("shg_portal", "pts")
    }
    look = Related(source="pts", table="enterprise", match={"block": "block"}, value="count(*)")
    (delivery,) = by_source["shg_portal"].deliveries
    compared = compare_with(tmp_path, delivery, {look.outside: look}, by_source)
    second = next(d for d in by_source["pts"].deliveries if d.file == "second.sql")
    assert list(compared.relations) == ["pts/enterprise"]
    assert f"quarter=2021Q1/{second.sha256[:16]}.parquet" in compared.relations["pts/enterprise"]
    assert compared.marks == {"pts/enterprise": (f"{second.sha256}:c:1",)}


@given(st.integers(2000, 2100), st.integers(1, 4), st.integers(0, 40))
def test_quarters_before_count_back_over_years(year: int, number: int, back: int) -> None:
    before = quarters_before(f"{year}Q{number}", back)
    assert int(before[:4]) * 4 + int(before[5]) == year * 4 + number - back
    assert before[5] in "1234"


# --- the PAE workbook: labels in the state's language, in English, or both ----------------------------------------

GP = [
    ("एलजीडी कोड", "LGD code", "108001"),
    ("जिला", "District", "Ranchi"),
    ("प्रखंड", "Block", "Angara"),
    ("ग्राम पंचायत", "Gram Panchayat", "Rampur"),
    ("ग्राम सभा की तारीख", "Gram Sabha held on", "2021-03-08"),
    ("उपस्थित महिलाएँ", "Women attended", "३०"),
    ("कुल उपस्थिति", "Total attended", "60"),
    ("तिमाही में जीपीसीसी बैठकें", "GPCC meetings in quarter", "3"),
    ("तिमाही में वीओसीसी बैठकें", "VOCC meetings in quarter", "12"),
    ("पाँचवीं अनुसूची क्षेत्र", "Fifth Schedule area", "yes"),
]
ENTITLEMENTS = [
    ("एलजीडी कोड", "LGD code"),
    ("हकदारी", "Entitlement"),
    ("पात्र", "Eligible"),
    ("आवेदन किया", "Applied"),
    ("प्राप्त", "Received"),
]


def _workbook(path: Path, shown: str, rows: list[tuple[str, ...]]) -> Path:
    book = openpyxl.Workbook()
    gp = book.active
    assert gp is not None
    gp.title = "GP"
    gp.append([shown.format(*labels) for *labels, _ in GP])
    gp.append([value for *_, value in GP])
    sheet = book.create_sheet("Entitlements")
    sheet.append([shown.format(*labels) for labels in ENTITLEMENTS])
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("shown", ["{0} / {1}", "{0}", "{1}", " {0}  /  {1}"])
def test_either_half_of_a_label_is_enough(tmp_path: Path, shown: str) -> None:
    file = _workbook(tmp_path / "pae.xlsx", shown, [("108001", "toilet", "9", "5", "4")])
    judged = judge_file(file, load_delivery_contract("jharkhand", "entitlements"), LAST_DAY)
    with judged.connection as connection:
        rows = connection.execute(
            "SELECT v_block, v_women_attended, v_fifth_schedule_area FROM j_GP"
        ).fetchall()
        assert rows == [("Angara", 30, "yes")]
        assert connection.execute("SELECT * FROM findings").fetchall() == []


@pytest.mark.parametrize(
    ("eligible", "applied", "received", "good"),
    [
        ("9", "5", "4", True),
        ("9", "5", "6", False),
        ("9", "10", "4", False),
        ("9", "", "9", True),
        ("9", "", "10", False),  # the step between is empty
        ("", "5", "4", True),
    ],
)
def test_the_funnel_narrows(tmp_path: Path, eligible: str, applied: str, received: str, good: bool) -> None:
    file = _workbook(tmp_path / "pae.xlsx", "{1}", [("108001", "toilet", eligible, applied, received)])
    judged = judge_file(file, load_delivery_contract("jharkhand", "entitlements"), LAST_DAY)
    with judged.connection as connection:
        codes = connection.execute("SELECT code FROM findings").fetchall()
    assert codes == ([] if good else [("rule:funnel",)])


# --- the tracking system: a median over the enterprise's own accepted months --------------------------------------


def _dump(path: Path, sales: list[str]) -> Path:
    tables = {
        "mec_firm": ("mec_id name block formed_on", ["M1\tGroup\tBundu\t2019-01-01"]),
        "enterprise": (
            "enterprise_id mec_id owner_name owner_aadhaar owner_sex social_category shg_code gp_lgd_code sector "
            "started_on closed_on",
            [f"E{n}\tM1\tA\\tB\t\\N\tF\tSC\tS1\t108001\ttrade\t2019-01-01\t\\N" for n in (1, 2)],
        ),
        "enterprise_month": (
            "enterprise_id month sales_inr raw_material_inr wages_inr other_cost_inr loan_instalment_inr employees",
            [f"E1\t2020-{m:02}\t{s}\t0\t0\t0\t0\t1" for m, s in enumerate(sales, start=1)]
            + ["E2\t2020-01\t1\t0\t0\t0\t0\t1"],
        ),
        "mec_visit": ("visit_id enterprise_id visited_on consultant", ["V1\tE1\t2020-02-01\tC"]),
    }
    path.write_text(
        "--\n-- PostgreSQL database dump\n--\n\n"
        + "".join(
            f"COPY public.{name} ({', '.join(columns.split())}) FROM stdin;\n" + "\n".join(rows) + "\n\\.\n\n"
            for name, (columns, rows) in tables.items()
        ),
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("sales", "suspect"),
    [
        (["100", "100", "2000"], []),  # 20 times is not above 20 times
        (["100", "100", "2001"], ["E1|2020-03"]),
        (["0", "0", "10", "210"], ["E1|2020-04"]),  # zero months count: the median is 5, not 110
        (["100", "-9", "-9", "-9", "1900"], []),  # quarantined months do not: the median is 1000
        (["100", "100", "Rs. 2,001/-"], ["E1|2020-03"]),
    ],
)
def test_unit_suspect_takes_the_median_of_accepted_months(
    tmp_path: Path, sales: list[str], suspect: list[str]
) -> None:
    judged = judge_file(
        _dump(tmp_path / "pts.sql", sales), load_delivery_contract("jharkhand", "pts"), LAST_DAY
    )
    with judged.connection as connection:
        rows = connection.execute(
            "SELECT key FROM warnings WHERE code = 'unit_suspect' ORDER BY 1"
        ).fetchall()
    assert [row[0] for row in rows] == suspect
