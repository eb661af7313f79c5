"""Contract words that came with Khulna and Pune: a table per sheet, title cells, dates of a referred record, rules
that compare the files of one drop or two sources, pseudonyms of several columns. Contracts are made up, or the
partners' own where files are compared.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from ingest.boundary.published import published_columns
from ingest.contracts.loading import load_source
from ingest.contracts.source import Source
from ingest.errors import Refused
from ingest.judging.judge import judge
from ingest.judging.judged_drop import JudgedDrop
from ingest.readers import Chunk
from ingest.run import ingest_source
from ingest.tables import layout


def chunk(table: str, rows: list[list[str | None]], *, grid: bool = True, heading: str = "") -> Chunk:
    names = [chr(65 + i) for i in range(len(rows[0]))] if grid else [str(name) for name in rows[0]]
    body = rows if grid else rows[1:]
    columns = [pa.array([row[i] for row in body], pa.string()) for i in range(len(names))]
    first = 1 if grid else 2
    numbers = np.arange(first, first + len(body))
    return Chunk(table, pa.RecordBatch.from_arrays(columns, names), numbers, grid, (), heading)


def judged(source: Source, *chunks: Chunk, file: str = "file.any") -> JudgedDrop:
    return judge(layout.pieces(chunks, source, file), source, quarter_end=date(2021, 6, 30))


def reasons(result: JudgedDrop) -> dict[tuple[str, int], set[str]]:
    found: dict[tuple[str, int], set[str]] = {}
    for table, record, code in result.connection.execute("SELECT tbl, record, code FROM findings").fetchall():
        found.setdefault((table, record), set()).add(code)
    return found


# --- a table per sheet -----------------------------------------------------------------------------------------------


CARDS = Source.model_validate(
    {
        "title": "cards",
        "format": ["xlsx"],
        "tables": {
            "card": {
                "key": ["item"],
                "layout": {"sheet": r"X-\d+", "each_sheet": True},
                "columns": {
                    "office": {"type": "code", "from_context": "sheet"},
                    "met_on": {"type": "date", "from_context": "beside:^meeting date"},
                    "item": {"type": "code", "required": True},
                    "score": {"type": "integer", "min": 1, "max": 5, "required": True},
                },
            }
        },
    }
)


def card(name: str, *items: list[str | None], met: str | None = "2021-05-03") -> Chunk:
    return chunk(name, [["Title", None], ["Meeting date", met], ["item", "score"], *items])


def test_each_sheet_is_a_table_with_its_own_keys() -> None:
    result = judged(CARDS, card("X-1", ["a", "1"], ["a", "2"]), card("X-2", ["a", "9"], ["b", "5"]))
    assert list(result.source.tables) == ["X-1", "X-2"]
    assert reasons(result) == {
        ("X-1", 1): {"duplicate_key"},
        ("X-1", 2): {"duplicate_key"},
        ("X-2", 1): {"out_of_range"},
    }
    rows = result.connection.execute(
        'SELECT v_office, v_met_on, v_item FROM "j_X-2" ORDER BY _record'
    ).fetchall()
    assert rows == [("X-2", date(2021, 5, 3), "a"), ("X-2", date(2021, 5, 3), "b")]


def test_the_contract_knows_a_sheet_as_one_of_its_kind() -> None:
    assert [CARDS.template(name) for name in ("X-7", "card", "Notes")] == ["card", "card", "Notes"]


def test_a_sheet_that_is_none_of_the_kind_is_passed_over() -> None:
    result = judged(CARDS, card("X-1", ["a", "1"]), chunk("Notes", [["to whom it may concern"]]))
    assert list(result.source.tables) == ["X-1"]


@pytest.mark.parametrize(
    ("sheet", "code", "words"),
    [
        (card("X 2", ["a", "1"]), "wrong_format", "X 2"),  # of the kind, but misnamed: it must not vanish
        (chunk("X-2", [["item", "scores"], ["a", "1"]]), "missing_column", "rename it back"),
        (chunk("X-2", [["nothing here"]]), "missing_table", "X-2"),
    ],
    ids=["misnamed", "column renamed", "without a table"],
)
def test_no_sheet_is_lost(sheet: Chunk, code: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        judged(CARDS, card("X-1", ["a", "1"]), sheet)
    assert refusal.value.code == code
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("row", "value", "error"),
    [
        (["Meeting date", "০৩/০৫/২০২১", None], date(2021, 5, 3), set()),
        (["MEETING DATE:", None, "3-May-2021"], date(2021, 5, 3), set()),
        (["Meeting date", None, None], None, set()),
        (["Meeting date", "soon", None], None, {"bad_date"}),
        (["Date of meeting", "2021-05-03", None], None, set()),
    ],
    ids=["next cell", "next filled cell", "nothing beside", "no date", "other label"],
)
def test_value_beside_a_title_cell(row: list[str | None], value: date | None, error: set[str]) -> None:
    result = judged(CARDS, chunk("X-1", [row, ["item", "score", None], ["a", "1", None]]))
    assert result.connection.execute('SELECT v_met_on FROM "j_X-1"').fetchall() == [(value,)]
    assert reasons(result).get(("X-1", 1), set()) == error


# --- every table of a page; tables by a pattern ----------------------------------------------------------------------


LISTS = Source.model_validate(
    {
        "title": "lists",
        "format": ["html"],
        "vocabularies": {"areas": {"East": ["E."], "West": []}},
        "tables": {
            "lists": {
                "key": ["area", "no"],
                "layout": {"every_table": True},
                "columns": {
                    "area": {
                        "vocabulary": "areas",
                        "from_context": "heading",
                        "required": True,
                        "key_as_delivered": True,
                    },
                    "no": {"type": "integer", "required": True},
                    "amount": {"type": "number"},
                },
            }
        },
    }
)


def test_all_tables_of_a_page_are_one_and_keys_say_what_stands_there() -> None:
    from ingest.judging.keys import key_text

    pages = [
        chunk("table1", [["no", "amount"], ["১", "5"], ["1", "6"]], heading="E."),
        chunk("table2", [["no", "amount"], ["1", "5"], [None, "5"]], heading="West"),
        chunk("table3", [["no", "amount"], ["1", "5"]], heading="Nowhere"),
    ]
    result = judged(LISTS, *pages)
    keys = result.connection.execute(
        f"SELECT {key_text(result, 'lists')} FROM j_lists ORDER BY _record"
    ).fetchall()
    assert [key for (key,) in keys] == ["E.|১", "E.|1", "West|1", "row:4", "Nowhere|1"]
    assert reasons(result) == {
        ("lists", 1): {"duplicate_key"},  # one number in two scripts is one number
        ("lists", 2): {"duplicate_key"},
        ("lists", 4): {"missing_required"},
        ("lists", 5): {"unknown_code"},
    }


def test_a_table_of_the_page_without_a_column_stops_the_file() -> None:
    pages = [
        chunk("table1", [["no", "amount"], ["1", "5"]], heading="East"),
        chunk("table2", [["no", "sum"], ["1", "5"]], heading="West"),
    ]
    with pytest.raises(Refused, match="amount") as refusal:
        judged(LISTS, *pages)
    assert refusal.value.code == "missing_column"


def test_a_menu_of_the_page_is_no_list() -> None:
    pages = [
        chunk("table1", [["Home", "Contact"]]),
        chunk("table2", [["no", "amount"], ["1", "5"]], heading="East"),
    ]
    assert judged(LISTS, *pages).records == {"lists": 1}


def test_a_csv_may_have_any_name_the_contract_allows() -> None:
    words = {"key": ["no"], "layout": {"sheet": "cases.*"}, "columns": {"no": {"type": "code"}}}
    source = Source.model_validate({"title": "t", "format": ["delimited"], "tables": {"cases": words}})
    assert judged(source, chunk("cases_2021Q2_v2", [["no"], ["7"]], grid=False)).records == {"cases": 1}
    with pytest.raises(Refused) as refusal:
        judged(source, chunk("others", [["no"], ["7"]], grid=False))
    assert refusal.value.code == "missing_table"


# --- dates of the record referred to; rules over unreadable cells ----------------------------------------------------


REGISTER: dict[str, Any] = {
    "title": "register",
    "format": ["zip"],
    "vocabularies": {"decision": ["approved", "rejected"]},
    "tables": {
        "person": {
            "key": ["id"],
            "columns": {"id": {"type": "code", "required": True}, "registered_on": {"type": "date"}},
        },
        "visit": {
            "key": ["no"],
            "columns": {
                "no": {"type": "code", "required": True},
                "id": {"type": "code", "ref": "person"},
                "asked_on": {"type": "date"},
                "decided_on": {"type": "date"},
                "decision": {"vocabulary": "decision"},
            },
            "order": [["id.registered_on", "asked_on", "decided_on"]],
            "rules": {
                "decision_incomplete": {
                    "check": "(decided_on IS NULL) = (decision IS NULL)",
                    "columns": ["decided_on", "decision"],
                    "message": "Both or none.",
                }
            },
        },
    },
}
PERSONS = chunk(
    "person",
    [["id", "registered_on"], ["p", "2021-03-01"], ["empty", None], ["bad", "2021-13-01"]],
    grid=False,
)


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        (["p", "2021-03-01", None, None], set()),
        (["p", "2021-02-28", None, None], {"date_order"}),
        (["p", None, "2021-02-28", "approved"], {"date_order"}),  # the step between is empty
        (["empty", "2021-01-01", None, None], set()),
        (
            ["bad", "2021-01-01", None, None],
            {"orphan_reference"},
        ),  # the person is quarantined: nothing to compare
        (["p", "2021-03-02", "2021-03-03", None], {"rule:decision_incomplete"}),
        (["p", "2021-03-02", "n/a", "approved"], {"rule:decision_incomplete"}),
        (["p", "2021-03-02", "soon", "approved"], {"bad_date"}),  # wrong is not empty
        (["p", "2021-03-02", "2021-03-03", "aproved"], {"unknown_code"}),
        (["p", "2021-03-02", "2021-03-01", None], {"date_order", "rule:decision_incomplete"}),
    ],
)
def test_reasons_of_a_visit(visit: list[str | None], expected: set[str]) -> None:
    header: list[str | None] = ["no", "id", "asked_on", "decided_on", "decision"]
    result = judged(
        Source.model_validate(REGISTER), PERSONS, chunk("visit", [header, ["1", *visit]], grid=False)
    )
    assert reasons(result).get(("visit", 1), set()) == expected


@pytest.mark.parametrize("step", ["id.born_on", "no.registered_on", "nobody.registered_on", "born_on"])
def test_a_date_order_names_dates_there_are(step: str) -> None:
    visit = REGISTER["tables"]["visit"] | {"order": [[step, "asked_on"]]}
    with pytest.raises(ValidationError):
        Source.model_validate(REGISTER | {"tables": REGISTER["tables"] | {"visit": visit}})


def test_a_rule_may_use_the_contracts_look_ups() -> None:
    rule = {"check": "paid = CAST(look_up('rate', kind) AS INTEGER)", "columns": ["paid"], "message": "m"}
    words = {
        "key": ["kind"],
        "columns": {"kind": {"type": "code"}, "paid": {"type": "integer"}},
        "rules": {"rate": rule},
    }
    source = Source.model_validate(
        {
            "title": "t",
            "format": ["delimited"],
            "look_ups": {"rate": {"a": "5", "b": "7"}},
            "tables": {"t": words},
        }
    )
    rows = chunk("t", [["kind", "paid"], ["a", "5"], ["b", "5"], ["c", "5"]], grid=False)
    assert reasons(judged(source, rows)) == {("t", 2): {"rule:rate"}}


def test_a_total_row_has_the_name_the_contract_gives_it() -> None:
    total = {"label": "(.* / )?total", "column": "no", "sum": ["amount"], "name": "Total"}
    words = {
        "key": ["no"],
        "layout": {"totals": [total]},
        "columns": {"no": {"type": "code"}, "amount": {"type": "integer"}},
    }
    source = Source.model_validate({"title": "t", "format": ["html"], "tables": {"t": words}})
    result = judged(source, chunk("t", [["no", "amount"], ["1", "5"], ["एकूण / Total", "6"]]))
    assert result.connection.execute("SELECT key, code FROM warnings").fetchall() == [
        ("Total", "total_mismatch")
    ]


# --- pseudonyms of several columns -----------------------------------------------------------------------------------


def test_a_pseudonym_tells_agreement_and_nothing_else() -> None:
    columns = {
        "no": {"type": "code"},
        "name": {"personal": "name"},
        "father": {"personal": "name"},
        "birth_date": {"type": "date", "personal": "birth_date"},
    }
    words = {"key": ["no"], "columns": columns, "pseudonyms": {"who": ["name", "father", "birth_date"]}}
    source = Source.model_validate({"title": "t", "format": ["delimited"], "tables": {"t": words}})
    rows: list[list[str | None]] = [
        ["1", "Asha Rai", "Ram", "1/2/1980"],
        ["2", " ASHA\u200d  rai", "ram", "1980-02-01"],
        ["3", "Asha Ra", "iRam", "1980-02-01"],  # one after the other they read the same
        ["4", "Asha Rai", None, "1980-02-01"],
        ["5", None, "Ram", "1980-02-01"],
    ]
    result = judged(source, chunk("t", [["no", "name", "father", "birth_date"], *rows], grid=False))
    published = dict(published_columns(result.cells["t"], source.tables["t"], b"k" * 32))
    assert list(published) == ["no", "birth_year", "who"]
    who = [
        w
        for (w,) in result.connection.execute(
            f"SELECT {published['who']} FROM j_t ORDER BY _record"
        ).fetchall()
    ]
    assert who[0] == who[1]
    assert len(set(who)) == 4
    assert who[4] is None
    assert not any("asha" in w.lower() for w in who if w)


# --- rules that look at the other files of a drop, or at another source ----------------------------------------------


HEADER = [
    column.header[0]
    for column in load_source("khulna", "allowances").tables["allowances"].columns.values()
    if column.header
]


def allowance_page(*persons: tuple[str, str, str, str]) -> str:
    """A page with one ward; persons as (name, NID, birth date, mobile)."""
    head = "".join(f"<th>{label}</th>" for label in HEADER)
    rows = "".join(
        f"<tr><td>{n}</td><td>{name}</td><td>F</td><td>{nid}</td><td>{born}</td><td>{mobile}</td><td>৳৫০০/-</td>"
        "<td>05/2021</td></tr>"
        for n, (name, nid, born, mobile) in enumerate(persons, start=1)
    )
    return (
        f"<html><meta charset='utf-8'><body><h3>Ward 9</h3><table><tr>{head}</tr>{rows}</table></body></html>"
    )


def deliver(landing: Path, relative: str, text: str) -> None:
    path = landing / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def warned(home: Path, receipts: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """(file, key) of the warnings of the deliveries that count."""
    found = set()
    for receipt in receipts:
        if receipt.status == "current":
            at = f"region={receipt.region}/source={receipt.source}/quarter={receipt.quarter}"
            path = home / "lake/warnings" / at / f"{receipt.sha256[:16]}.parquet"
            with duckdb.connect() as connection:
                rows = connection.execute(f"SELECT key FROM read_parquet('{path}')").fetchall()
            found |= {(receipt.file, key) for (key,) in rows}
    return found


ASHA = ("আশা", "1234567890123", "01/02/1950", "01711111111")
ASHA_LONG_NID = ("আশা রানী", "19501234567890123", "01/02/1950", "+880 1711-111111")
ASHA_NO_NID = ("আশা", "", "01/02/1950", "01711111111")
BINA = ("বীণা", "1234567890124", "03/04/1951", "01711111111")
CHAYA = ("ছায়া", "1234567890125", "05/06/1952", "01722222222")


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_SECRET", "unit-test-secret-of-32-characters")


@pytest.mark.parametrize(
    ("widow", "old_age", "expected"),
    [
        ([ASHA], [BINA], {"widow", "old_age"}),
        ([ASHA, BINA], [CHAYA], {"widow"}),
        ([ASHA], [ASHA], set()),  # one person on two lists
        ([ASHA], [ASHA_LONG_NID], set()),  # 17 digits fold to 13
        ([ASHA], [ASHA_NO_NID], set()),  # without an NID: by name, father or husband, birth date
        ([ASHA], [CHAYA], set()),
    ],
)
def test_shared_mobile_looks_at_all_lists(
    tmp_path: Path, widow: list[Any], old_age: list[Any], expected: set[str]
) -> None:
    landing = tmp_path / "landing"
    for scheme, persons in (("widow", widow), ("old_age", old_age), ("disability", [CHAYA])):
        page = allowance_page(*persons)
        deliver(landing, f"khulna/allowances/2021Q2/allowance_{scheme}_2021Q2.html", page)
    receipts = ingest_source(tmp_path / "home", landing, "khulna", "allowances")
    assert {file.split("_2021")[0] for file, _ in warned(tmp_path / "home", receipts)} == {
        f"allowance_{scheme}" for scheme in expected
    }
    again = ingest_source(tmp_path / "home", landing, "khulna", "allowances")
    assert not any(receipt.read_now for receipt in again)


def test_a_redelivered_list_mends_the_warnings_of_the_others(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    deliver(landing, "khulna/allowances/2021Q2/allowance_widow_2021Q2.html", allowance_page(ASHA))
    assert warned(home, ingest_source(home, landing, "khulna", "allowances")) == set()
    deliver(landing, "khulna/allowances/2021Q2/allowance_old_age_2021Q2.html", allowance_page(BINA))
    both = {
        ("allowance_widow_2021Q2.html", "widow|Ward 9|1"),
        ("allowance_old_age_2021Q2.html", "old_age|Ward 9|1"),
    }
    receipts = ingest_source(home, landing, "khulna", "allowances")
    assert warned(home, receipts) == both
    assert all(r.tables["allowances"].warnings == {"shared_mobile": 1} for r in receipts)
    deliver(landing, "khulna/allowances/2021Q2/allowance_old_age_2021Q2_v2.html", allowance_page(CHAYA))
    receipts = ingest_source(home, landing, "khulna", "allowances")
    assert warned(home, receipts) == set()
    assert [r.status for r in receipts].count("current") == 2


CASES = list(load_source("pune", "cases").tables["cases"].columns)


def case_file(decision: str) -> str:
    cells = {
        "case_no": "KSK01-2021-00001",
        "application_no": "PMC/2021/1",
        "decided_on": "2021-05-02",
        "decision": decision,
    }
    lines = [CASES, [cells.get(name, "") for name in CASES]]
    return "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines)


PORTAL = (
    "<table><tr><th>Application No.</th><th>Scheme</th><th>Applicant</th><th>Status</th><th>Sanction Date</th>"
    "<th>Amount (₹)</th></tr><tr><td>PMC/2021/1</td><td>Ration Card</td><td>A</td><td>{status}</td><td></td><td>-</td>"
    "</tr></table>"
)


@pytest.mark.parametrize(
    ("status", "decision", "differs"),
    [
        ("Sanctioned", "approved", False),
        ("Sanctioned", "rejected", True),
        ("Rejected", "approved", True),
        ("Pending", "approved", False),
        ("Query Raised", "rejected", False),
    ],
)
@pytest.mark.parametrize("order", [("cases", "pmc"), ("pmc", "cases", "pmc"), ("pmc",)], ids="-".join)
def test_the_portals_decision_and_the_helpdesks(
    tmp_path: Path, status: str, decision: str, differs: bool, order: tuple[str, ...]
) -> None:
    landing = tmp_path / "landing"
    deliver(landing, "pune/cases/2021Q2/helpdesk_cases_2021Q2.csv", case_file(decision))
    deliver(landing, "pune/pmc/2021Q2/pmc_scheme_status_2021Q2.xls", PORTAL.replace("{status}", status))
    for source in order:
        receipts = ingest_source(tmp_path / "home", landing, "pune", source)
    expected = {("pmc_scheme_status_2021Q2.xls", "PMC/2021/1")} if differs else set()
    assert warned(tmp_path / "home", receipts) == expected


def test_redelivered_cases_have_the_portals_page_judged_again(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    deliver(landing, "pune/pmc/2021Q2/pmc_scheme_status_2021Q2.xls", PORTAL.replace("{status}", "Sanctioned"))
    assert warned(home, ingest_source(home, landing, "pune", "pmc")) == set()
    deliver(landing, "pune/cases/2021Q2/helpdesk_cases_2021Q2.csv", case_file("rejected"))
    assert len(warned(home, ingest_source(home, landing, "pune", "pmc"))) == 1
    deliver(landing, "pune/cases/2021Q2/helpdesk_cases_2021Q2_v2.csv", case_file("approved"))
    assert warned(home, ingest_source(home, landing, "pune", "pmc")) == set()
