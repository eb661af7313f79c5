"""Every cell of a table is whole at any width and in a pipe, and what partners write is never markup."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from rich.cells import cell_len
from rich.console import Console

from orchestration.cli import console as terminal
from orchestration.cli.console import TableColumn, box_of, complain, plain, say, show_table, styled
from tests.terminal import bare, open_window, without_colours

WIDTHS = [40, 60, 80, 200, None]
LONG = "The district Kambar Shahdadkot is spelled Qambar-Shahdadkot in 1,204 rows; mend it and send the file again."
CELLS = [
    ["jharkhand/entitlements", "round of 2020Q4", "12", LONG],
    ["[/red] [bold", ":warning:", "1,234,567", "a\x1b[2Jb\nc"],
    ["खरसावाँ", "کراچی", "0", "x" * 150],
]
COLUMNS = (
    TableColumn("delivery"),
    TableColumn("state"),
    TableColumn("rows", right=True),
    TableColumn("what", wraps=True),
)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> int | None:
    width: int | None = request.param
    open_window(monkeypatch, width)
    return width


def printed(*words: object) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        show_table(COLUMNS, [[plain(cell) for cell in row] for row in CELLS], *words)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("window", WIDTHS, indirect=True)
@pytest.mark.parametrize("at", range(3))
def test_every_cell_is_whole(window: int | None, at: int) -> None:
    text = bare(printed())
    for cell in CELLS[at]:
        shown = cell.replace("\x1b", "␛").replace("\n", "␊")
        assert bare(shown) in text, (cell, text)


@pytest.mark.parametrize("window", WIDTHS, indirect=True)
def test_no_line_is_wider_than_the_window(window: int | None) -> None:
    lines = without_colours(printed("Deliveries")).splitlines()
    assert window is None or max(map(cell_len, lines)) <= window


@pytest.mark.parametrize("window", [None], indirect=True)
def test_in_a_pipe_a_row_is_a_line_without_colours(window: None) -> None:
    lines = printed().splitlines()
    assert len(lines) == 1 + len(CELLS)
    assert not any("\x1b" in line for line in lines)
    assert lines[1].split("  ")[0] == "jharkhand/entitlements"
    assert lines[1].endswith(LONG)


@pytest.mark.parametrize("window", [60], indirect=True)
def test_what_does_not_fit_beside_comes_below_its_row(window: int) -> None:
    lines = without_colours(printed()).splitlines()
    assert lines[1].split() == ["jharkhand/entitlements", "round", "of", "2020Q4", "12"]
    assert lines[2].split()[:3] == ["what", "The", "district"]


@pytest.mark.parametrize("window", [40], indirect=True)
def test_in_a_narrow_window_each_cell_has_a_line(window: int) -> None:
    lines = without_colours(printed()).splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["jharkhand/entitlements", "state", "rows", "what"]


@pytest.mark.parametrize("window", WIDTHS, indirect=True)
def test_paragraphs_and_frames_are_whole(window: int | None) -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        say(f"{styled('red', 'refused')} {plain(LONG)}", indent=4)
        box_of("eu_success EU-03", [plain(LONG), plain(CELLS[1][0]), plain(CELLS[1][1])])
    assert bare(out.getvalue()).count(bare(LONG)) == 2
    assert all(bare(cell) in bare(out.getvalue()) for cell in CELLS[1][:2])
    assert window is not None or "│" not in out.getvalue()


HOSTILE = [
    "[/x]",
    "[/x",
    "[bold]",
    "[link=http://x]y",
    "a\\",
    "[",
    "]",
    "\ufdd1\ufdd0red\ufdd0",
    "\udcff",
    "[/]",
]


@pytest.mark.parametrize("window", [80, None], indirect=True)
@pytest.mark.parametrize("first", HOSTILE)
def test_nothing_is_markup_wherever_it_stands(window: int | None, first: str) -> None:
    """Whether or not anybody made it plain, alone and beside another: two halves may make a whole."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        for second in HOSTILE:
            pair = f"{first} = {second}"
            say(f"{first}{styled('bold', second)}{first}", as_one=True)
            box_of(pair, [first, second])
            show_table([TableColumn(first), TableColumn(second, wraps=True)], [[pair, second]], title=pair)
            complain(pair)
    for shown in (out.getvalue(), err.getvalue()):
        shown.encode()
        said = bare(shown)
        if first not in HOSTILE[-3:-1]:
            assert said.count(bare(first)) >= len(HOSTILE)


def test_styles_end_where_they_are_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    monkeypatch.setattr(terminal, "console", coloured)
    say(f"a {styled('dim', 'b ' + styled('red', 'c') + ' d')} e")
    words = coloured.file.getvalue().split()  # type: ignore[attr-defined]
    assert words == ["a", "\x1b[2mb", "\x1b[0m\x1b[31mc\x1b[0m\x1b[2m", "d\x1b[0m", "e"]
