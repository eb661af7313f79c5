"""What partners write is never markup: the real commands with brackets in names of files, headers and cells."""

from __future__ import annotations

import os
import re
from pathlib import Path

import openpyxl
import pytest

from ingest.deliveries.landing import NOT_TEXT, strays
from ingest.run import ingest_source
from orchestration import events
from orchestration.assets.table_metadata import metadata
from orchestration.cli import progress
from orchestration.quarter_run import Outcome
from orchestration.settings import Settings
from tests.tables import use_contracts
from tests.terminal import sangam

WORDS = ["[/x]", "[/x", "[bold]", "[link=http://x]", "[red", "x\\", "[/x\n]", "[@click=exit]x[/]"]
CONTRACT = """
title: Register
format: [delimited, xlsx]
tables:
  person:
    key: [id]
    layout: {sheet: '.*'}
    columns:
      id: {type: code, required: true, header: [id]}
      score: {type: number, header: [HEADER]}
    rules:
      high: {check: 'score < 100', message: 'TITLE'}
"""


@pytest.fixture(params=WORDS)
def word(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    root = tmp_path / "regions" / "prog"
    (root / "regions").mkdir(parents=True)
    quoted = "'" + word.replace("\n", " ").replace("'", "''") + "'"
    text = CONTRACT.replace("HEADER", quoted).replace("'TITLE'", quoted)
    (root / "register.yml").write_text(text, encoding="utf-8")
    (root / "programme.yml").write_text("title: Programme\ncountry: PK\n", encoding="utf-8")
    (root / "regions" / "here.yml").write_text(f"title: {quoted}\n", encoding="utf-8")
    use_contracts(monkeypatch, root.parent)


def delivered(folder: Path, word: str, rows: list[list[str]]) -> Path:
    name = word.replace("/", "").replace("\n", " ") + ".xlsx"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / name)
    return folder / name


@pytest.mark.parametrize("width", [80, None])
def test_check_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, width: int | None
) -> None:
    contract(tmp_path, monkeypatch, word)
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path / "home"))
    shown = word.replace("\n", "␊")
    file = delivered(tmp_path / "in", word, [["id", word.replace("\n", " ")], ["1", word], ["2", "500"]])
    said = sangam("check", str(file), "--contract", "here/register", "--quarter", "2021Q2", width=width)
    assert said.status == 1, said.text
    assert said.has(file.name) and said.has(shown)
    assert "Traceback" not in said.err
    other = delivered(tmp_path / "other", word, [["id", "unheard " + word], ["1", "2"]])
    said = sangam("check", str(other), "--contract", "here/register", "--quarter", "2021Q2", width=width)
    assert said.status == 1 and said.has(file.name)
    said = sangam("read", str(file), "--table", word, "--out", str(tmp_path / "out.csv"), width=width)
    assert said.status == 2 and said.has(word) and "itself failed" not in said.err
    assert sangam("read", str(file), "--out", str(tmp_path / "out.csv"), width=width).status == 0


@pytest.mark.parametrize("width", [80, None])
def test_words_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int | None
) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path / "home"))
    for word in WORDS:
        for words in (
            ("check", word, "--contract", "sindh/mis", "--quarter", "2021Q2"),
            ("check", word, "--contract", word, "--quarter", "2021Q2"),
            ("check", word, "--contract", "sindh/mis", "--quarter", word),
            ("read", word, "--out", str(tmp_path / "out.csv")),
            ("run", "--quarter", "2021Q2", "--region", word),
            ("status", "--quarter", word),
            ("explain", word, word, word),
            ("release", "list", word),
            (word,),
            ("sample", str(tmp_path), "--scale", word),
        ):
            said = sangam(*words, width=width)
            assert said.status == 2 and "itself failed" not in said.err, (words, said)


@pytest.mark.parametrize("width", [80, None])
def test_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, width: int | None) -> None:
    """The command, with the sources' part of a run in the place of all of it."""
    contract(tmp_path, monkeypatch, word)
    home, landing = tmp_path / "home", tmp_path / "[red]landing"
    delivered(landing / "here" / "register" / "2021Q2", word, [["id", "other" + word], ["1", word]])
    delivered(landing / "here" / "[bold]" / "2021Q2", word, [["id"]])

    def sources_alone(settings: Settings, quarter: str, regions: list[str]) -> Outcome:
        receipts = ingest_source(settings.home, settings.landing, "here", "register", demo=True)
        events.tell(events.SourceDone("here", "register", receipts))
        return Outcome(quarter, receipts, strays(settings.landing), [f"a step: {word}"], [f"waits: {word}"])

    monkeypatch.setattr(progress, "run_quarter", sources_alone)
    monkeypatch.setenv("SANGAM_HOME", str(home))
    said = sangam("run", "--quarter", "2021Q2", "--landing", str(landing), width=width)
    assert said.status == 1 and "itself failed" not in said.err, said
    assert said.has(f"a step: {word}") and said.has(f"waits: {word}") and said.has(str(landing))
    assert said.has("[bold]/2021Q2/") and said.has("refused here/register/2021Q2/")


def test_what_the_ui_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contract(tmp_path, monkeypatch, "[a](http://b)")
    landing = tmp_path / "landing"
    delivered(
        landing / "here" / "register" / "2021Q2", "![a](b) <img>", [["id", "[c](http://d)"], ["1", "2"]]
    )
    (receipt,) = ingest_source(tmp_path / "home", landing, "here", "register", demo=True)
    assert receipt.refused == "missing_column" and "[c](http://d)" in receipt.message
    shown = metadata([receipt], "person", "2021Q2")["files"].value
    assert r"\!\[a\]\(b\) \<img\>" in shown and r"\[c\]\(http://d\)" in shown
    assert not re.search(r"(?<!\\)[\[\]()<>]", shown)


def test_a_file_whose_name_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(tmp_path / "home"))
    contract(tmp_path, monkeypatch, "x")
    name = os.fsdecode(b"\xff[/x].csv".replace(b"/", b""))
    file = tmp_path / name
    file.write_text("id,x\n1,2\n", encoding="utf-8")
    said = sangam("check", str(file), "--contract", "here/register", "--quarter", "2021Q2")
    assert said.status == 2 and "not written in UTF-8" in said.err, said
    landing = tmp_path / "landing"
    (landing / "here" / "register" / "2021Q2").mkdir(parents=True)
    file.rename(landing / "here" / "register" / "2021Q2" / name)
    assert [stray.message for stray in strays(landing)] == [NOT_TEXT]
    assert ingest_source(tmp_path / "home", landing, "here", "register", demo=True) == []
