"""Parts and their total: an empty part beside a total that the others do not reach is no zero."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.contracts.loading import load_source
from ingest.run import ingest_source


@pytest.mark.parametrize(
    ("boys", "girls", "total", "held"),
    [
        ("", "5", "25", True),
        ("20", "", "25", True),
        ("", "", "25", True),
        ("20", "5", "26", True),
        ("", "25", "25", True),
        ("-", "25", "25", False),
        ("20", "5", "", False),
        ("", "", "", False),
        ("20", "5", "25", False),
    ],
)
def test_births_add_up_also_where_a_part_is_empty(
    home: Path, tmp_path: Path, boys: str, girls: str, total: str, held: bool
) -> None:
    words = load_source("sindh", "births").vocabularies["union_councils_of_the_births_portal"]
    district, council = next((d, u) for d in words for u in words[d])
    head = "<tr><td rowspan=2>District</td><td rowspan=2>Union Council</td><td colspan=3>Births registered</td></tr>"
    row = "".join(f"<td>{cell}</td>" for cell in (district, council, boys, girls, total))
    page = f"<table>{head}<tr><td>Boys</td><td>Girls</td><td>Total</td></tr><tr>{row}</tr></table>"
    path = tmp_path / "landing" / "sindh" / "births" / "2021Q1" / "page.xls"
    path.parent.mkdir(parents=True)
    path.write_text(page, encoding="utf-8")
    (receipt,) = ingest_source(home, tmp_path / "landing", "sindh", "births")
    counts = receipt.tables["births"]
    assert counts.by_reason == ({"rule:parts_sum": 1} if held else {})
    assert counts.accepted == (0 if held else 1)
