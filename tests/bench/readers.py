"""`make bench-readers`: how close `sangam read` comes, without a word about the dialect, to what polluted files mean.

Pollock (Vitagliano et al., "Pollock: A Data Loading Benchmark", PVLDB 16, 2023) has files with one pollution each and
files of a survey, and beside each what it says. Its data stay outside: `SANGAM_POLLOCK` names a folder laid out as its
repository is: `polluted_files` and `survey_sample`, each with `csv` and `clean`, and `pollock_weights.json`.

The score of a file is its success (0 or 1) and precision, recall and F1 of header, records and cells as multisets,
so 0 to 10. Simple is the mean over the files, weighted that by how often each pollution was met.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.errors import SangamError
from ingest.readers.export import to_csv

_SHOWN = 40


def f1_and_parts(meant: Iterable[str], read: Iterable[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two multisets; whole where nothing is meant."""
    wanted, found = Counter(meant), Counter(read)
    if not wanted:
        return 1.0, 1.0, 1.0
    common = (wanted & found).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / found.total(), common / wanted.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def score(meant: list[list[str]], read: list[list[str]] | None) -> float:
    """0 to 10; None for a file that was not read."""
    if read is None:
        return 0.0
    if not meant:
        return 10.0
    parts = [
        f1_and_parts(meant[0], read[0] if read else ()),
        f1_and_parts(map("".join, meant[1:]), map("".join, read[1:])),
        f1_and_parts((cell for row in meant for cell in row), (cell for row in read for cell in row)),
    ]
    return 1.0 + sum(map(sum, parts))


def rows_of(text: str) -> list[list[str]]:
    """Records of RFC 4180, compared without regard to case."""
    return [[cell.lower() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def read_file(path: Path) -> tuple[list[list[str]] | None, list[str]]:
    """What `sangam read` prints and says; an empty file that is refused as empty is read as it is."""
    out, said = io.StringIO(newline=""), []
    try:
        to_csv(path, None, out, tell=said.append)
    except SangamError as refused:
        empty = getattr(refused, "code", "") == "empty_file"
        return ([] if empty else None), [str(refused)]
    return rows_of(out.getvalue()), said


def scored(folder: Path) -> Iterator[tuple[str, float, bool]]:
    """Each file with its score and whether something was said of it."""
    for clean in sorted((folder / "clean").iterdir()):
        path = folder / "csv" / clean.name
        if path.is_file():
            read, said = read_file(path)
            yield clean.name, score(rows_of(clean.read_text(encoding="utf-8-sig")), read), bool(said)


def main() -> int:
    """Print the scores, and the files read differently from what they mean, without a word and with one."""
    given = os.environ.get("SANGAM_POLLOCK", "")
    if not given:
        print("SANGAM_POLLOCK names no folder with Pollock's files: nothing is measured.")
        return 0
    csv.field_size_limit(sys.maxsize)
    root = Path(given)
    weights = json.loads((root / "pollock_weights.json").read_text(encoding="utf-8"))
    for name in ("polluted_files", "survey_sample"):
        begun = time.perf_counter()
        found = list(scored(root / name))
        if not found:
            print(f"{name}: no files there.")
            continue
        simple = sum(points for _, points, _ in found) / len(found)
        line = f"{name}: {len(found):,} files, simple {simple:.3f}"
        if name == "polluted_files":
            total = sum(weights.get(file, 0) for file, _, _ in found)
            line += (
                f", weighted {sum(weights.get(file, 0) * points for file, points, _ in found) / total:.3f}"
            )
        print(f"{line}, {time.perf_counter() - begun:.0f} s")
        for told in (False, True):
            off = sorted((points, file) for file, points, said in found if points < 9.9995 and said == told)
            print(f"  {len(off):,} differ and {'are told' if told else 'nothing is said'}")
            for points, file in off[: _SHOWN if told else None]:
                print(f"    {points:6.3f}  {file}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
