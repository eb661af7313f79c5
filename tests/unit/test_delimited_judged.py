"""Delimited deliveries under a contract: what is in doubt is held back with its line, the other records count."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.contracts import loading
from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.errors import Refused
from ingest.judging.delivered_file import judge_file
from ingest.judging.judged_drop import JudgedDrop
from orchestration.cli.main import app

CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "cases" / "delimited"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases (../shared/data/cases) are not here")

SOURCE = """
title: Register
format: [delimited, zip]
{words}
tables:
  register:
    key: [id]
    layout: {{sheet: '.*'}}
    columns:
      id: {{type: code, required: true}}
      name: {{type: text}}
      n: {{type: integer}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    regions = tmp_path / "made_up" / "regions"
    regions.mkdir(parents=True)
    (regions / "here.yml").write_text("title: Here\n", encoding="utf-8")
    (tmp_path / "made_up" / "programme.yml").write_text("title: Made up\n", encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    return tmp_path / "made_up"


def judged(folder: Path, content: str | bytes, words: str = "") -> JudgedDrop:
    (folder / "register.yml").write_text(SOURCE.format(words=words), encoding="utf-8")
    loading.forget()
    file = folder.parent / "register.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return judge_file(file, load_delivery_contract("here", "register"), None)


def reasons(drop: JudgedDrop) -> dict[int, str]:
    """Line → reason."""
    return dict(
        drop.connection.execute(
            "SELECT _row, code FROM findings JOIN j_register ON record = _record ORDER BY ALL"
        ).fetchall()
    )


def accepted(drop: JudgedDrop) -> list[str]:
    rows = drop.connection.execute(f"SELECT v_id FROM {drop.accepted('register')} ORDER BY _row").fetchall()
    return [key for (key,) in rows]


def test_a_ragged_row_is_held_back_with_its_line_and_not_the_file(folder: Path) -> None:
    drop = judged(folder, "id,name,n\nA1,Sita,3\nA2,Ali\n\nA3,Khan, Ali,4\nA4,Asha,5,,\n,,\nA5,Devi,6\n")
    assert reasons(drop) == {3: "ragged_row", 5: "ragged_row"}
    assert accepted(drop) == ["A1", "A4", "A5"]


def test_stray_quotes_hold_back_what_is_between(folder: Path) -> None:
    drop = judged(folder, 'id,name,n\nA1,Sita,3\nA2,"Ali,4\nA3,Khan,4\nA4,"Asha,5\nA5,Devi,6\n')
    assert reasons(drop) == {3: "stray_quote", 4: "stray_quote", 5: "stray_quote"}
    assert accepted(drop) == ["A1", "A5"]


def test_a_doubled_label_is_named_as_it_is_delivered(folder: Path) -> None:
    with pytest.raises(Refused, match="'name' is there twice"):
        judged(folder, "id,name,name,n\nA1,Sita,Devi,3\n")


def test_a_column_without_label_is_none_where_it_is_empty(folder: Path) -> None:
    assert accepted(judged(folder, "id,name,n,\nA1,Sita,3,\n")) == ["A1"]
    with pytest.raises(Refused, match="column_4"):
        judged(folder, "id,name,n,\nA1,Sita,3,x\n")


def test_the_contract_names_the_encoding(folder: Path) -> None:
    text = "id,name,n\nA1,علي,3\n".encode("cp1256")
    with pytest.raises(Refused, match="windows-1256 it says 'A1,علي"):
        judged(folder, text)
    drop = judged(folder, text, "encoding: windows-1256")
    assert drop.connection.execute("SELECT v_name FROM j_register").fetchall() == [("علي",)]


@needs_cases
@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("caret.csv", ["id,name,n", "1,Sita,3", "2,Ali,4"], ""),
        ("single_quotes.csv", ["id,name,n", '1,"Devi, Sita",3', '2,"Khan, Ali",4'], ""),
        ("space_delimited.csv", ["id,name,n", '1,"Devi, Sita",3', "2,Khan Ali,4"], ""),
        ("headerless.csv", ["1,1,Dhaka,0.0,0.0", "2,1,Khulna,0.0,0.5"], ""),
        (
            "extra_quote.csv",
            ["id,code,price,type", '1,"""BH-9827",$78.07,"All-Weather, Table"', "2,A,1,x"],
            "line 2.",
        ),
        ("quotebad.csv", ["id,x", '1,"""open"', "2,b", '3,"c""d"', "4,e"], "lines 2, 3, 4."),
        ("multitable.csv", ["District,New", "Guntur,4", "Block,New,Old", "Tenali,1,2"], "lines 4, 5."),
    ],
)
def test_a_case_as_read_prints_it(name: str, lines: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["read", str(CASES / name)])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == lines
    assert result.stderr.strip().endswith(said)
    assert bool(said) == bool(result.stderr)


@needs_cases
def test_stray_quotes_swallow_no_row() -> None:
    result = CliRunner().invoke(app, ["read", str(CASES / "stray_quotes_swallow_890_rows.csv")])
    assert len(result.stdout.splitlines()) == 1001
    assert "lines 11, 12" in result.stderr
    assert "879 more" in result.stderr


@needs_cases
def test_read_without_a_header() -> None:
    result = CliRunner().invoke(app, ["read", "--no-header", str(CASES / "headerless.csv")])
    assert result.stdout.splitlines() == ["1,1,Dhaka,0.0,0.0", "2,1,Khulna,0.0,0.5"]
