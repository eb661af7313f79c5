"""`make excel-truth`: how much of what Excel shows of workbooks is read.

SheetJS keeps, for some thousand workbooks of many makers, the CSV that Excel itself wrote of each sheet (its
repository `test_files`; the workbooks are there or in the projects that its Makefile names). The data stay outside:
`SANGAM_EXCEL_TRUTH` names a folder laid out as that repository is, with the other projects' workbooks put in as its
Makefile does. A regular expression as argument picks files.

`name.<n>.csv`, beside the workbook or in `2016` or `2011` (Excel's version), is its nth sheet. `2013/name.xlsb` and
`2011/name.xml` are `name` saved by Excel as another format: they show the same. A cell counts that is not blank on
either side. What is equal, and which cells say nothing about each other, is in `excel_shown.py`. Besides, not
compared are cells that Excel's own versions show differently (formulas are worked out anew as a workbook is opened:
today's date, random numbers, links to other files), and files that are refused and sheets that are charts, which are
listed with the reason.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ingest.errors import SangamError
from ingest.readers import read
from ingest.readers.chunk import Chunk
from tests.bench.excel_shown import difference, not_comparable

Grid = list[list[str]]
_BOOKS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".xml", ".ods")
# Folders of workbooks, and whether a name there has the ending of another format behind that of the workbook it was.
_FOLDERS = {"": False, "2013": True, "2016": False, "2011": True, "1904": False}
_VERSIONS = ("", "2016", "2011")
_SHOWN = 60


@cache
def _listed(folder: Path) -> dict[str, dict[int, Path]]:
    """CSVs by workbook and number of the sheet."""
    found: dict[str, dict[int, Path]] = defaultdict(dict)
    for path in folder.iterdir():
        if parts := re.fullmatch(r"(.*)\.(\d+)\.csv", path.name):
            found[parts[1]][int(parts[2])] = path
    return found


def _text(path: Path, page: str) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(page, "replace")


def _shown(path: Path) -> Grid:
    return list(csv.reader(io.StringIO(_text(path, "cp1252"), newline="")))


def _sheet_names(root: Path, name: str) -> list[str]:
    for version in _VERSIONS:
        path = root / version / f"{name}.sheetnames"
        if path.is_file() and path.stat().st_size:
            return _text(path, "mac_roman").rstrip("\n").split("\n")
    return []


def books(root: Path) -> Iterator[tuple[Path, str]]:
    """Workbooks of which Excel's CSV is there, and under which name."""
    for folder, is_saved_anew in _FOLDERS.items():
        if not (root / folder).is_dir():
            continue
        for path in sorted((root / folder).iterdir()):
            name = path.name.rpartition(".")[0] if is_saved_anew else path.name
            if path.suffix.lower() in _BOOKS and any(
                name in _listed(root / version) for version in _VERSIONS
            ):
                yield path, name


def _grid(chunk: Chunk) -> Grid:
    columns = [column.fill_null("").to_pylist() for column in chunk.cells.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _first(grid: Grid) -> tuple[int, int]:
    rows = [row for row, cells in enumerate(grid) if any(cell.strip() for cell in cells)]
    columns = [column for cells in grid for column, cell in enumerate(cells) if cell.strip()]
    return min(rows, default=0), min(columns, default=0)


def _cell(grid: Grid, row: int, column: int) -> str:
    return grid[row][column] if 0 <= row < len(grid) and 0 <= column < len(grid[row]) else ""


def compared(was_read: Grid, versions: list[Grid]) -> list[tuple[int, int, str, str, str]]:
    """Each cell that is not blank: row, column, kind of difference, what was read and shown.

    Excel's CSV begins with the first cell that is used, if only by a format: read with the offset that fits best.
    """
    ours, theirs = _first(was_read), _first(versions[0])
    offsets = {(down, right) for down in (0, ours[0] - theirs[0]) for right in (0, ours[1] - theirs[1])}
    tried = [_compared_at(was_read, versions, *offset) for offset in sorted(offsets)]
    return min(tried, key=lambda cells: sum(bool(kind) for _, _, kind, _, _ in cells))


def _compared_at(
    was_read: Grid, versions: list[Grid], down: int, right: int
) -> list[tuple[int, int, str, str, str]]:
    shown, *others = versions
    cells = []
    for row in range(max(len(was_read), len(shown) + down)):
        width = max(
            len(was_read[row]) if row < len(was_read) else 0,
            len(shown[row - down]) + right if 0 <= row - down < len(shown) else 0,
        )
        for column in range(width):
            here, there = _cell(was_read, row, column), _cell(shown, row - down, column - right)
            if here.strip() or there.strip():
                kind = difference(here, there)
                if kind and (why := not_comparable(here, there)):
                    kind = f"({why})"
                elif kind and any(_cell(other, row - down, column - right) != there for other in others):
                    kind = "(Excel's versions differ)"
                cells.append((row, column, kind, here, there))
    return cells


class Result:
    """Cells by format and kind of difference, and what was not compared; a kind in brackets is none."""

    def __init__(self) -> None:
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self.apart: dict[str, list[str]] = defaultdict(list)
        self.sheets: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def add(self, path: str, sheet: int, cells: list[tuple[int, int, str, str, str]]) -> None:
        form = path.rpartition(".")[2].lower()
        for row, column, kind, here, there in cells:
            self.kinds[form][kind] += 1
            if kind and kind[0] != "(":
                place = f"{path} sheet {sheet} {kind}"
                self.sheets[place] += 1
                self.examples.setdefault(place, f"R{row + 1}C{column + 1} {here[:40]!r} for {there[:40]!r}")

    def tell(self) -> None:
        total: Counter[str] = Counter()
        for form, kinds in self.kinds.items():
            total.update(kinds)
            print(_line(form, kinds))
        print(_line("all", total))
        for kind, count in total.most_common():
            print(f"  {count:9,}  {kind or 'equal'}")
        print("Not compared:")
        for why, names in sorted(self.apart.items(), key=lambda one: -len(one[1])):
            print(f"  {len(names):5}  {why}: {', '.join(names[:4])}")
        print("Most differences:")
        for place, count in self.sheets.most_common(_SHOWN):
            print(f"  {count:7,}  {place}: {self.examples[place]}")


def _line(form: str, kinds: Counter[str]) -> str:
    cells = sum(count for kind, count in kinds.items() if kind[:1] != "(")
    equal = kinds[""]
    return f"{form}: {cells:,} cells, {equal:,} equal, {100 * equal / max(cells, 1):.3f} %"


def main() -> int:
    """Print how many cells are equal by format, the kinds of difference, and what was not compared."""
    given = os.environ.get("SANGAM_EXCEL_TRUTH", "")
    if not given:
        print("SANGAM_EXCEL_TRUTH names no folder of workbooks with Excel's CSVs: nothing is measured.")
        return 0
    csv.field_size_limit(sys.maxsize)
    root, result = Path(given), Result()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for path, name in books(root):
        if re.search(wanted, str(path.relative_to(root))):
            _book(root, path, name, result)
    result.tell()
    return 0


def _book(root: Path, path: Path, name: str, result: Result) -> None:
    where = str(path.relative_to(root))
    sheets = [found for version in _VERSIONS if (found := _listed(root / version).get(name))]
    try:
        chunks = {chunk.table: chunk for chunk in read(path)}
    except SangamError as refused:
        why = str(refused).partition(": ")[2] or str(refused)
        result.apart["refused: " + re.sub(r"[\d,]+", "#", why)[:110]].append(where)
        return
    names = _sheet_names(root, name) or list(chunks)
    for number in sorted(sheets[0]):
        versions = [_shown(found[number]) for found in sheets if number in found]
        title = names[number] if number < len(names) else ""
        if title in chunks:
            result.add(where, number, compared(_grid(chunks[title]), versions))
        elif any(any(row) for row in versions[0]):
            result.apart["no sheet of that name or number was read"].append(f"{where} {number}")


if __name__ == "__main__":
    raise SystemExit(main())
