"""The samples' general writers: PostgreSQL dumps, OpenDocument sheets, sheets with faulty records, check digits."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.readers import read, sniff
from ingest.samples.files import check_digits
from ingest.samples.files.mysqldump import Column
from ingest.samples.files.ods import write_ods
from ingest.samples.files.pg_dump import lines, write_pg_dump
from ingest.samples.files.sheet_mix import mix_sheet
from ingest.samples.truth.defects import Spoil
from ingest.samples.truth.drop_truth import TableTruth


@pytest.mark.parametrize(("body", "digit"), [(236, 3), (12345, 1), (142857, 0)])
def test_verhoeff_against_published_examples(body: int, digit: int) -> None:
    assert check_digits.verhoeff(np.array([body]), len(str(body))).tolist() == [digit]


def test_numbers_with_check_digit_are_each_their_own_and_a_spoilt_digit_is_wrong() -> None:
    rows = np.arange(5_000)
    sound, spoilt = (check_digits.aadhaar(rows, wrong).to_pylist() for wrong in (0, 3))
    assert len(set(sound)) == len(rows)
    assert all(re.fullmatch("[2-9][0-9]{11}", text) for text in sound)
    # A number with its right check digit leaves 0: its own check digit over twelve digits turns it back.
    twelve = np.array([int(text) for text in sound])
    assert check_digits.verhoeff(twelve // 10, 11).tolist() == (twelve % 10).tolist()
    assert not set(sound) & set(spoilt)


@example(["\x1f\x1f\x19"] * 40)
@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)),
        min_size=1,
    )
)
def test_a_copy_block_gives_back_any_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str | None]
) -> None:
    path = tmp_path_factory.mktemp("dump") / "x.sql"
    layout = [Column("id", "integer"), Column("name", "text", free=True)]
    cells = {"id": pa.array([str(i) for i in range(len(texts))]), "name": pa.array(texts, pa.string())}
    write_pg_dump(path, "pts", {"t": (layout, lines(layout, cells))})
    names = [name for chunk in read(path) for name in chunk.cells.column("name").to_pylist()]
    assert names == texts


def test_a_spreadsheet_gives_back_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    rows = [
        ["a  b", " led", 7, 2.5, None, pd.Timestamp("2021-03-31").to_pydatetime()],
        ["<&>", "", 0, None, "ಹಕ್ಕು", "x"],
    ]
    write_ods(path, {"one": rows, "two": [["top", None], [1, 2]]}, {"two": {(0, 0): (1, 2)}})
    assert sniff(path) == "ods"
    chunks = {chunk.table: chunk for chunk in read(path)}
    first = [[v or None for v in row] for row in zip(*chunks["one"].cells.to_pydict().values(), strict=True)]
    assert first == [["a  b", " led", "7", "2.5", None, "2021-03-31"], ["<&>", None, "0", None, "ಹಕ್ಕು", "x"]]
    assert chunks["two"].spans == ((0, 0, 0, 1),)


def test_a_sheet_is_mixed_with_what_is_expected_of_it() -> None:
    sound = pd.DataFrame({"id": [1, 2, 3], "n": [10, 20, 30]}, dtype=object)
    orphans = pd.DataFrame({"id": [9], "n": [90]}, dtype=object)
    only_second = np.array([False, True, False])
    kinds = [Spoil("bad_number", {"n": ["x"]})]
    mixed = mix_sheet(
        sound,
        kinds,
        lambda n: pd.DataFrame({"id": range(70, 70 + n), "n": 0}, dtype=object),
        ["id"],
        np.random.default_rng(1),
        only_second,
        orphans,
    )
    assert isinstance(mixed.outcome, TableTruth)
    assert mixed.outcome.read == len(mixed.cells) == 6
    assert mixed.lost == [70]
    rows = {f.codes: f.row or 0 for f in mixed.outcome.quarantined}
    assert mixed.cells.iloc[rows["orphan_reference"] - 1]["id"] == 9
    twice = np.flatnonzero(mixed.cells["id"] == 2)
    assert rows["exact_duplicate"] == twice.max() + 1
