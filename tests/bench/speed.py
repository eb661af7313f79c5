"""`make bench-speed`: how long reading takes beside what users would do instead, in turn in one sitting.

A CSV of 50 MB beside DuckDB, and a workbook of 100,000 x 40 cells beside pandas with calamine: whole processes, medians
and the ratio of each pair. Makes its files itself; prints figures and asserts nothing.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

_TIMES = 5
_READ = """
import sys
from pathlib import Path
from ingest.readers import read
print(sum(chunk.cells.num_rows for chunk in read(Path(sys.argv[1]))))
"""
_DUCKDB = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{sys.argv[1]}', all_varchar = true, header = true)")
"""
_PANDAS = "import sys, pandas; pandas.read_excel(sys.argv[1], engine='calamine')"
_WORDS = ("Ram Devi", "Ghulam Mustafa", "नाम Khan", "Rahima", "Village 3472", 'note, 98 of ""them""')


def _csv(path: Path) -> None:
    pick = random.Random(1)
    with path.open("w", encoding="utf-8") as out:
        out.write("id,name,amount,date,phone,notes\n")
        number = 0
        while out.tell() < 50_000_000:
            number += 1
            name, note = pick.choice(_WORDS[:5]), pick.choice(_WORDS)
            out.write(
                f'K-{number:07},{name},{pick.randint(1, 99999)},2021-05-11,0363196{number % 9999:04},"{note}"\n'
            )


def _workbook(path: Path) -> None:
    pick = random.Random(1)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("data")
    for row in range(100_000):
        sheet.write_row(
            row, 0, [pick.choice(_WORDS) if at % 4 else pick.randint(1, 99999) for at in range(40)]
        )
    book.close()


def _seconds(script: str, path: Path) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, capture_output=True)
    return time.perf_counter() - started


def _beside(what: str, path: Path, name: str, other: str) -> None:
    """The two in turn, after one of each that is not counted."""
    pairs = [(_seconds(_READ, path), _seconds(other, path)) for _ in range(_TIMES + 1)][1:]
    ours, theirs = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    print(
        f"{what}: {ours:.2f} s, {name} {theirs:.2f} s, ratio {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})",
        flush=True,
    )


def main() -> None:
    """Make the files, read them in turn, print."""
    with tempfile.TemporaryDirectory() as folder:
        table, book = Path(folder, "a.csv"), Path(folder, "a.xlsx")
        _csv(table)
        _beside("CSV of 50 MB", table, "DuckDB", _DUCKDB)
        _workbook(book)
        _beside("workbook of 100,000 x 40", book, "pandas with calamine", _PANDAS)


if __name__ == "__main__":
    main()
