"""What a donor reads of a value that stays, while its target moved."""

from __future__ import annotations

import dataclasses
import io

import openpyxl

from orchestration.releases.build import build
from orchestration.releases.changes import Cause, compare, with_causes
from orchestration.releases.content import COLUMNS
from tests.release_content import HEADER, made_up, table, value


def test_a_target_that_moved_is_told_from_what_to_what() -> None:
    now = table([value(value=8.0, target=2.0, achievement=4.0, light="green", drops="b")], COLUMNS)
    before = table([value(value=8.0, target=10.0, achievement=0.8, light="amber", drops="a")], COLUMNS)
    [change] = compare(before, now, "recomputed")
    assert change.is_restated and change.columns == ["target", "achievement", "light"]
    changes = [with_causes(change, [Cause("target", "target: targets.csv", 0.0)])]
    header = dataclasses.replace(
        HEADER, number=2, predecessor="r001", reason="target: targets.csv", changes=changes
    )
    files = build(dataclasses.replace(made_up(), values=now), header)
    page = " ".join(files["report.html"].decode().split())
    assert "target from 10 to 2, achievement from 80.0% to 400.0%, light from amber to green" in page
    assert "Target: targets.csv. 1 value differs." in page
    assert "Restated: target 10, achievement 80.0%, light amber before (target: targets.csv)." in page
    sheet = openpyxl.load_workbook(io.BytesIO(files["indicators.xlsx"]))["Changes"]
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "target from 10 to 2, achievement from 80.0% to 400.0%, light from amber to green" in cells


def test_other_deliveries_behind_the_same_number_are_no_change() -> None:
    before, now = (table([value(value=8.0, drops=drops)], COLUMNS) for drops in ("a", "b"))
    assert compare(before, now, "recomputed") == []
