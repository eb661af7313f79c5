"""Letters of scripts that a region does not write, and what wrong encodings leave of letters, in any format."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ingest.contracts import loading
from ingest.contracts.delivery_contract import load_delivery_contract
from ingest.errors import SangamError
from ingest.judging.delivered_file import judge_file

SOURCE = """
title: Register
format: [delimited, xlsx, html, mysqldump]
{words}
tables:
  register:
    key: [id]
    columns:
      id: {{type: code, required: true}}
      name: {{type: text}}
"""
SCRIPTS = "scripts: [devanagari, arabic]"
BELONGS = (
    "Sita Devi", "José Müller", "Bhāgalpur Āḍhāṛ", "café”", "“À la”", "नाम १२", "॥ क्‍ष ॥", "محمد علي", "ٻارڙو", "۱۲ ٣",
    "৯", "₹ 1,200/-", "25 °C ± ½ ™ …", "5 µm", "who??", "O’Brien – –", "ﷺ",
)  # fmt: skip
DOES_NOT = (
    "রহিম", "ಕನ್ನಡ", "Иван", "中文", "KMSS-0001 Аli",  # the last one begins with a Cyrillic letter
    "à¤¨à¤¾à¤®", "Ù…Øª", "JosÃ©", "donâ€™t",  # UTF-8 read as Windows-1252
    "ãÍãÏ Úáí", "محمدé",  # Windows-1256 read as Windows-1252; a font over Windows-1256
    "??????", "Ra\ufffdm", "\uf0e0\uf0e1",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    regions = tmp_path / "made_up" / "regions"
    regions.mkdir(parents=True)
    (regions / "here.yml").write_text("title: Here\n", encoding="utf-8")
    (tmp_path / "made_up" / "programme.yml").write_text("title: Made up\n", encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(tmp_path))
    return tmp_path / "made_up"


def marked(folder: Path, file: Path, words: str = SCRIPTS) -> list[str]:
    """The names that are held back, all for the same reason."""
    (folder / "register.yml").write_text(SOURCE.format(words=words), encoding="utf-8")
    loading.forget()
    drop = judge_file(file, load_delivery_contract("here", "register"), None)
    found = drop.connection.execute(
        "SELECT code, col, v_name FROM findings JOIN j_register ON record = _record ORDER BY _row"
    ).fetchall()
    drop.close()
    assert {(code, column) for code, column, _ in found} <= {("wrong_letters", "name")}
    return [name for _, _, name in found]


def register(folder: Path, names: tuple[str, ...], encoding: str = "utf-8") -> Path:
    file = folder.parent / "register.csv"
    file.write_text(
        "id;name\n" + "".join(f"A{n};{name}\n" for n, name in enumerate(names)), encoding=encoding
    )
    return file


def test_letters_of_other_scripts_and_of_wrong_encodings_hold_their_records_back(folder: Path) -> None:
    assert marked(folder, register(folder, BELONGS + DOES_NOT)) == list(DOES_NOT)


def test_without_agreed_scripts_any_letter_belongs(folder: Path) -> None:
    """But what a wrong encoding leaves is wrong everywhere."""
    assert marked(folder, register(folder, BELONGS + DOES_NOT), words="") == list(DOES_NOT[5:])


def test_in_workbooks_pages_and_dumps(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("id", "name"), ("A1", "Sita"), ("A2", "রহিম")):
        sheet.append(row)
    book.save(folder.parent / "a.xlsx")
    page = "<table><tr><th>id<th>name<tr><td>A1<td>Sita<tr><td>A2<td>রহিম</table>"
    (folder.parent / "a.xls").write_text(f"<html><meta charset=utf-8>{page}</html>", encoding="utf-8")
    dump = (
        "-- MySQL dump 10.13\nCREATE TABLE `register` (\n  `id` varchar(9),\n  `name` text\n);\n"
        "INSERT INTO `register` VALUES ('A1','Sita'),('A2','রহিম');\n-- Dump completed\n"
    )
    (folder.parent / "a.sql").write_text(dump, encoding="utf-8")
    assert [marked(folder, folder.parent / name) for name in ("a.xlsx", "a.xls", "a.sql")] == [["রহিম"]] * 3


def test_a_code_page_agreed_wrongly_is_found_by_its_letters(folder: Path) -> None:
    file = register(folder, ("محمد علي",), encoding="windows-1256")
    assert marked(folder, file, f"{SCRIPTS}\nencoding: windows-1252") == ["ãÍãÏ Úáí"]
    assert marked(folder, file, f"{SCRIPTS}\nencoding: windows-1256") == []


def test_a_script_nobody_knows_is_a_fault_of_the_contract(folder: Path) -> None:
    with pytest.raises(SangamError, match="devanagri"):
        marked(folder, register(folder, ("Sita",)), "scripts: [devanagri]")


def test_control_characters_are_no_letters(folder: Path) -> None:
    wrong = ("\x00Sita", "Ra\x01m", "Nā\x1bma")
    file = register(folder, wrong + ("two  words", "Sita\tDevi") * 20)
    assert marked(folder, file) == marked(folder, file, words="") == list(wrong)
