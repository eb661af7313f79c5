"""A programme of another country in YAML alone (`himal_light`): its own identifiers, currency, bands, services, levels
of institutions, phone numbers and fiscal year, from a delivered file to indicator values by the real job."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.test_identifiers import verhoeff_digit

WORDS = Path(__file__).parent / "himal_light"
QUARTER = "2021Q3"
CARDS = [body + verhoeff_digit(body) for body in ("411111111", "522222222", "633333333")]
WRONG = CARDS[0][:-1] + str((int(CARDS[0][-1]) + 1) % 10)
DIGITS = {ord("0") + n: chr(0x0966 + n) for n in range(10)}

TABLES = {
    "cooperative": ["code,name,district,formed_on", "C1,Jiri,दोलखा,2015-02-01", "C2,Charikot,Dolakha,2021-09-30"],
    "household": [
        "number,cooperative,head,card,paper,mobile,score",
        f"H1,C1,Maya,{CARDS[0]},w07/ab,984-1234567,19.9",
        f"H2,C1,Hari,{f'07-{CARDS[1]}'.translate(DIGITS)},W08/CD,{'+977 9841234568'.translate(DIGITS)},20",
        "H3,C2,Sita,XXXXXX1234,,09841234568,45.5",
        f"H4,C2,Gita,{WRONG},,9741234567,10",  # the check digit is another one
        f"H5,C2,Rita,{CARDS[2]},7/ab,9841234567,10",  # no such paper
        f"H6,C2,Mina,{CARDS[2]},W09/EF,9779841234567,",
    ],
    "given": [
        "slip,household,shop,what,given_on,worth",
        '1,H1,,SL-1,2021-07-20,"रू 1,500"',
        "2,H2,,SL-2,2021-09-30,Rs. २०००",
        "3,H2,,SL-1,2021-08-01,npr 500/-",
        "4,H3,,SL-1,2021-06-30,900",
        "5,H6,,SL-1,2021-08-01,10000",  # which corrections.yml makes 100
        "6,H3,,TRN,2021-08-01,70",
        "7,,S1,VIS,2021-08-01,", "8,,S1,VIS,2021-09-01,", "9,,S2,VIS,2021-09-01,",
        "10,H1,,SL-1,2021-08-02,₹ 500",  # a sign of no currency of Nepal
    ],
    "shop": ["code,opened_on", "S1,2020-01-01", "S2,2020-01-01"],
    "takings": [
        "shop,month,sold,bought,rent",
        "S1,2021-07,1000,300,100", "S1,2021-08,1000,300,", "S1,2021-09,1000,,50", "S2,2021-07,5000,0,0",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Done:
    home: Path
    status: int
    said: str
    explained: str  # what `explain` says of HL-02

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def lake(self, layer: str, columns: str, order: str) -> list[tuple[Any, ...]]:
        files = f"{self.home}/lake/{layer}/**/*.parquet"
        with duckdb.connect() as connection:
            return connection.execute(f"SELECT {columns} FROM '{files}' ORDER BY {order}").fetchall()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """The quarter's run, in a process of its own: Dagster knows the contracts there were when it was imported."""
    home = tmp_path_factory.mktemp("himal_light")
    drop = home / "landing" / "dolakha" / "register" / QUARTER / "register.zip"
    drop.parent.mkdir(parents=True)
    with zipfile.ZipFile(drop, "w") as file:
        for table, lines in TABLES.items():
            file.writestr(f"{table}.csv", "\n".join(lines) + "\n")
    rates = home / "landing" / "_reference" / "exchange_rates.csv"
    rates.parent.mkdir()
    rates.write_text(f"quarter,from,to,rate,source\n{QUARTER},NPR,EUR,0.0072,Bank of Nepal\n")
    words = {
        "SANGAM_REGIONS": WORDS / "regions", "SANGAM_LOGFRAMES": WORDS / "logframes",
        "SANGAM_SUITES": WORDS / "suites", "SANGAM_HOME": home, "SANGAM_LANDING": home / "landing",
        "DAGSTER_HOME": home / "dagster",
    }  # fmt: skip
    environment = os.environ | {name: str(value) for name, value in words.items()}

    def sangam(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = "from orchestration.cli.main import main; main()"
        return subprocess.run(
            [sys.executable, "-c", command, *arguments],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    ended = sangam("run", "--quarter", QUARTER)
    explained = sangam("explain", "himal_fund", "HL-02", QUARTER)
    yield Done(home, ended.returncode, ended.stdout + ended.stderr, explained.stdout)


def test_the_run_goes_through(done: Done) -> None:
    assert done.status == 0, done.said


def test_values_are_right(done: Done) -> None:
    found = done.rows(
        "SELECT indicator, dimension, category, CAST(value AS DOUBLE), currency FROM marts.indicator_values "
        f"WHERE donor = 'himal_fund' AND quarter = '{QUARTER}' ORDER BY ALL"
    )
    assert found == [
        ("HL-01", "all", "all", 4.0, None),
        ("HL-01", "wealth", "lamp", 1.0, None),
        ("HL-01", "wealth", "lamp_and_help", 1.0, None),
        ("HL-01", "wealth", "loan", 1.0, None),
        ("HL-01", "wealth", "unknown", 1.0, None),  # H6 has no score
        ("HL-02", "all", "all", 29.52, "EUR"),
        ("HL-02", "all", "all", 4100.0, "NPR"),
        ("HL-03", "all", "all", 2.0, None),
        ("HL-03", "district", "Dolakha", 2.0, None),
        ("HL-04", "all", "all", 650.0, "NPR"),  # of 600 and 700; in September the cost is not known
        ("HL-05", "all", "all", 2.0, None),
    ]


def test_a_corrected_value_is_explained_with_what_was_delivered_and_a_converted_one_with_its_rate(
    done: Done,
) -> None:
    said = " ".join(done.explained.split())
    assert "✎ worth was delivered as 10000." in said
    assert "DLK-2021-001" in said and "The slip says a hundred rupees." in said
    assert "worth = 100 " in said
    assert "= 4,100 NPR × 0.0072 Bank of Nepal · _reference/exchange_rates.csv · row 2" in said


def test_labels_are_those_of_a_year_from_mid_july(done: Done) -> None:
    assert done.rows("SELECT DISTINCT quarter, fiscal_label FROM marts.indicator_values") == [
        (QUARTER, "FY 2078/79 Q1")
    ]


def test_services_are_in_the_catalogue(done: Done) -> None:
    found = done.rows(
        "SELECT DISTINCT s.service_code, common_service_code, service_name, service_kind, currency "
        "FROM conformed.fct_service_delivered s "
        "LEFT JOIN conformed.dim_service d ON common_service_code = d.service_code ORDER BY ALL"
    )
    assert found == [
        ("SL-1", "solar_lamp", "Solar lamp", "home", "NPR"),
        ("SL-2", "solar_lamp", "Solar lamp", "home", "NPR"),
        ("TRN", "TRN", None, None, "NPR"),
        ("VIS", "enterprise_visit", "Visit of an enterprise consultant", "training", "NPR"),
    ]


def test_a_wrong_identifier_is_held_back_in_words(done: Done) -> None:
    found = done.lake("quarantine", "key, reasons, columns, message", "key")
    assert [row[:3] for row in found] == [
        ("10", ["bad_number"], ["worth"]),
        ("H4", ["bad_identifier"], ["card"]),
        ("H5", ["bad_identifier"], ["paper"]),
    ]
    assert "(Light card: 10 digits, the last a check digit)" in found[1][3]
    assert "(Ward paper: a W, the ward, a stroke and two letters)" in found[2][3]
    assert not any(WRONG in row[3] for row in found)  # personal: nobody is shown the number


def test_pseudonyms_follow_the_canonical_form(done: Done) -> None:
    table = "accepted/region=dolakha/source=register/table=household"
    keys = {row[0]: row[1:] for row in done.lake(table, "number, card_key, paper_key, mobile_key", "number")}
    assert keys.keys() == {"H1", "H2", "H3", "H6"}
    cards, papers, mobiles = ({number: row[n] for number, row in keys.items()} for n in range(3))
    assert len({cards["H1"], cards["H2"], cards["H6"]} - {None}) == 3
    assert cards["H3"] is None  # hidden in part
    assert papers["H1"] and papers["H2"] and papers["H3"] is None
    assert mobiles["H2"] == mobiles["H3"] != mobiles["H1"] == mobiles["H6"] is not None
