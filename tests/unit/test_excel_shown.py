"""What counts as equal to what Excel shows."""

from __future__ import annotations

import pytest

from tests.bench.excel_shown import difference, not_comparable
from tests.bench.excel_truth import compared


@pytest.mark.parametrize(
    ("read", "shown", "kind"),
    [
        ("0.45", "45%", ""),
        ("0.456", "46%", ""),
        ("0.45", "44%", "number differs"),
        ("1234.4", "$1,234", ""),
        ("1234.6", "$1,234", "number differs"),
        ("-12.5", "(12.50)", ""),
        ("-12.5", "12.50", "number differs"),
        ("0.25", " 1/4", ""),
        ("123456789012", "1.23457E+11", ""),
        ("5551234567", "(555) 123-4567", ""),
        ("39630", "07/01/2008", "number differs"),
        ("2004-03-15", "Mar-04", ""),
        ("2004-03-15", "3/15/04", ""),
        ("2004-03-15", "3/16/04", "date or time differs"),
        ("2004-03-15T21:07:00", "3/15/04 9:07 PM", ""),
        ("36:00:00", "36:00", ""),
        ("#N/A", "#N/A", ""),
        ("", "#N/A", "nothing read"),
        ("81²", "812", ""),
        ("जिला 5", "____ 5", ""),
        ("Ranchi", "", "text where nothing is shown"),
        ("TRUE", "FALSE", "text differs"),
    ],
)
def test_a_difference_has_its_kind(read: str, shown: str, kind: str) -> None:
    assert difference(read, shown) == kind


@pytest.mark.parametrize(
    ("read", "shown", "why"),
    [
        ("5", "###", "narrow"),
        ("0", "", "zero"),
        ("5", "", "nothing"),
        ("=A1*5", "10", "formula"),
        ("a", "b", ""),
    ],
)
def test_what_says_nothing_is_not_compared(read: str, shown: str, why: str) -> None:
    found = not_comparable(read, shown)
    assert why in found and bool(found) == bool(why)


def test_a_table_is_found_where_excel_begins_it() -> None:
    cells = compared([["", ""], ["", "a"], ["", "1"]], [[["a"], ["2"]], [["a"], ["2"]]])
    assert [kind for *_, kind, _, _ in cells] == ["", "number differs"]


def test_cells_that_excel_works_out_anew_are_not_compared() -> None:
    cells = compared([["1"]], [[["2"]], [["3"]]])
    assert [kind for *_, kind, _, _ in cells] == ["(Excel's versions differ)"]
