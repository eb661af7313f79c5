"""What is new in a landing: each version of a file that is at rest is taken once, whatever is looked at in between."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SangamError
from orchestration.arrivals import Arrival, Looked, everything, look, marks
from orchestration.settings import look_seconds

REGIONS, QUARTERS = ["_reference", "sindh"], ["2021Q1", "2021Q2", "2021Q3"]
MIS = "sindh/mis/2021Q2/mis.sql.gz"
MIS_TOO = "sindh/mis/2021Q2/mis_2.sql.gz"
BIRTHS = "sindh/births/2021Q1/births.xls"
TARGETS = "_reference/targets.csv"
NEVER = [
    "sindh/mis/2021Q2/.mis.sql.gz.part", "sindh/mis/2021Q2/~$mis.xls", "sindh/mis/Thumbs.db",
    "stray.csv", "sindh/nothing/2021Q2/a.csv", "nowhere/mis/2021Q2/a.csv", "sindh/mis/2021-06/a.csv",
    "sindh/mis/2021Q4/later.sql.gz", "pune/helpdesk/2021Q2/a.xls",
]  # fmt: skip
NOTHING = Looked({}, {})
Look = Mapping[str, str]


def looks(seen: list[Look]) -> list[list[Arrival]]:
    """What each of some looks finds, one after the other, with what is remembered passed on as text."""
    found, text = [], str(NOTHING)
    for there in seen:
        before = Looked.of(text)
        assert before
        now_found, now = look(there, before, REGIONS, QUARTERS)
        found.append(now_found)
        text = str(now)
        assert Looked.of(text) == now
    return found


def taken(found: list[list[Arrival]]) -> Counter[str]:
    return Counter(path for arrivals in found for one in arrivals for path in one.files)


PATHS = st.sampled_from([MIS, MIS_TOO, BIRTHS])
SEEN = st.lists(st.dictionaries(PATHS, st.sampled_from("abc"), max_size=3), max_size=12)


@given(SEEN)
def test_each_version_that_rests_is_taken_once(seen: list[Look]) -> None:
    """Versions as a reader of the landing's history counts them: what changes or goes away begins anew."""
    # In the end all is at rest.
    seen = [*seen, seen[-1], seen[-1]] if seen else []
    versions: dict[str, int] = {}
    last: dict[str, str | None] = {}
    found = looks(seen)
    for number, there in enumerate(seen):
        before = seen[number - 1] if number else {}
        arrived = {path for one in found[number] for path in one.files}
        for path in arrived:
            assert there[path] == before.get(path), "taken while it was written"
            assert last.get(path) != there[path], "taken twice"
            last[path] = there[path]
            versions[path] = versions.get(path, 0) + 1
        for path in [path for path in last if path not in there]:
            del last[path]
    if seen:
        assert last == dict(seen[-1]), "what is at rest in the end was taken, as it is"


@given(st.lists(st.sampled_from([MIS, BIRTHS, TARGETS]), min_size=1, max_size=12))
def test_what_grows_is_never_taken(order: list[str]) -> None:
    seen = [dict.fromkeys((*order, MIS), f"{number}") for number in range(len(order) + 2)]
    assert looks(seen) == [[]] * len(seen)


def test_the_files_of_a_source_wait_for_each_other() -> None:
    """A run reads all files of a source, those that are half written as well."""
    seen = [
        {MIS: "a", BIRTHS: "a"},
        {MIS: "a", BIRTHS: "a", MIS_TOO: "half"},
        {MIS: "a", BIRTHS: "a", MIS_TOO: "whole"},
        {MIS: "a", BIRTHS: "a", MIS_TOO: "whole"},
    ]
    files = [[one.files for one in found] for found in looks(seen)]
    assert files == [[], [(BIRTHS,)], [], [(MIS, MIS_TOO)]]


def test_strays_litter_and_what_cannot_be_read_yet_never_arrive(tmp_path: Path) -> None:
    for name in [*NEVER, MIS]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    there = marks(str(tmp_path))
    assert not {path for path in there if ".part" in path or "~$" in path or "Thumbs" in path}
    assert taken(looks([there] * 4)) == {MIS: 1}


def test_what_could_not_be_read_arrives_as_soon_as_it_can() -> None:
    later = "sindh/mis/2021Q4/later.sql.gz"
    _, before = look({later: "a"}, NOTHING, REGIONS, QUARTERS)
    found, before = look({later: "a"}, before, REGIONS, QUARTERS)
    assert found == []
    found, before = look({later: "a"}, before, ["_reference"], [*QUARTERS, "2021Q4"])
    assert found == []  # its contract is broken
    found, _ = look({later: "a"}, before, REGIONS, [*QUARTERS, "2021Q4"])
    assert [(one.source, one.quarter) for one in found] == [("mis", "2021Q4")]


def test_reference_tables_go_with_the_latest_quarter_and_wait_for_one() -> None:
    assert looks([{TARGETS: "a"}] * 3) == [[], [], []]
    there = {TARGETS: "a", MIS: "a", BIRTHS: "a", NEVER[-2]: "a"}
    (_, found) = looks([there, there])
    assert {(one.region, one.source): one.quarter for one in found} == {
        ("_reference", "targets"): "2021Q2",
        ("sindh", "mis"): "2021Q2",
        ("sindh", "births"): "2021Q1",
    }
    first = everything(found)
    assert (first.quarter, sorted(first.files)) == ("2021Q2", sorted({TARGETS, MIS, BIRTHS}))


def test_keys_are_of_the_files_and_of_nothing_else() -> None:
    def key(mark: str, *before: Look) -> str:
        return looks([*before, {MIS: mark}, {MIS: mark}])[-1][0].key

    assert key("a") == key("a", {BIRTHS: "a"}, {}) != key("b")


def test_a_mark_changes_with_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / MIS
    file.parent.mkdir(parents=True)
    file.write_text("x")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")  # as a file that goes while one looks
    first = marks(str(tmp_path))
    assert list(first) == [MIS]
    os.utime(file, ns=(0, 1))
    second = marks(str(tmp_path))
    file.write_text("xy")
    os.utime(file, ns=(0, 1))
    assert len({first[MIS], second[MIS], marks(str(tmp_path))[MIS]}) == 3
    with pytest.raises(SangamError, match="There is no landing folder"):
        marks(str(tmp_path / "elsewhere"))


def test_how_often_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANGAM_LOOK_SECONDS", raising=False)
    assert look_seconds() == 30
    monkeypatch.setenv("SANGAM_LOOK_SECONDS", "2")
    assert look_seconds() == 2
    for wrong in ("0", "-1", "1.5", "soon"):
        monkeypatch.setenv("SANGAM_LOOK_SECONDS", wrong)
        with pytest.raises(SangamError, match="SANGAM_LOOK_SECONDS is"):
            look_seconds()
