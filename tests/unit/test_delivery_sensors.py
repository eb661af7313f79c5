"""The sensors that start by themselves: what they ask Dagster to run for a landing as it is, and that they ask once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.automation.deliveries import arrivals, numbers
from orchestration.jobs import DELIVERIES, QUARTER
from orchestration.s3 import object_store, seaweed
from orchestration.settings import of_home
from tests.unit.test_build_state import publish

MIS, BIRTHS = "sindh/mis/2021Q2/mis.sql.gz", "sindh/births/2021Q1/births.xls"


@pytest.fixture
def landing(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANGAM_HOME", str(home))
    monkeypatch.setenv("SANGAM_LANDING", str(home / "landing"))
    for name in (MIS, BIRTHS):
        deliver(home / "landing", name, "first")
    return home / "landing"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def deliver(landing: Path, name: str, words: str) -> None:
    (landing / name).parent.mkdir(parents=True, exist_ok=True)
    (landing / name).write_text(words)


def look(cursor: str | None = None) -> tuple[list[dg.RunRequest], str]:
    """What the sensor asks for, and its cursor afterwards."""
    context = dg.build_sensor_context(cursor=cursor)
    found = arrivals(context)
    if isinstance(found, dg.SensorResult):
        assert found.cursor
        return list(found.run_requests or []), found.cursor
    assert context.cursor
    return [], context.cursor


def read_already() -> str:
    """The cursor once all that is there was asked for."""
    _, cursor = look()
    return look(cursor)[1]


def test_all_that_is_there_is_read_in_one_run(landing: Path) -> None:
    none, cursor = look()
    assert none == []
    (request,), cursor = look(cursor)
    assert (request.job_name, request.partition_key) == (QUARTER, "2021-04-01")
    assert request.tags["sangam/quarter"] == "2021Q2" and request.asset_selection is None
    assert look(cursor) == ([], cursor)


def test_nothing_is_read_while_the_first_landing_is_filled(landing: Path) -> None:
    _, cursor = look()
    deliver(landing, BIRTHS, "first and more")
    none, cursor = look(cursor)
    assert none == []
    assert [one.job_name for one in look(cursor)[0]] == [QUARTER]


def test_a_replaced_file_starts_its_source_once(landing: Path) -> None:
    cursor = read_already()
    deliver(landing, MIS, "second version")
    none, cursor = look(cursor)
    (request,), after = look(cursor)
    assert none == [] and look(after)[0] == []
    assert (request.job_name, request.partition_key) == (DELIVERIES, "2021-04-01")
    keys = {key.to_user_string() for key in request.asset_selection or ()}
    assert "sindh/mis/household" in keys and "sindh/return_slips" in keys and "linkage/sindh" in keys
    assert not {key for key in keys if key.startswith("sindh/births")}
    words = {"sangam/region": "sindh", "sangam/source": "mis", "sangam/drop": MIS, "sangam/quarter": "2021Q2"}
    assert words.items() <= request.tags.items()
    # A sensor that is started anew with what it knew asks for the same run, which Dagster starts once.
    assert look(cursor)[0][0].run_key == request.run_key


def test_files_of_several_sources_start_a_run_each(landing: Path) -> None:
    cursor = read_already()
    for name in (MIS, "sindh/mis/2021Q2/mis_2.sql.gz", BIRTHS):
        deliver(landing, name, "second version")
    requests = look(look(cursor)[1])[0]
    told = {one.tags["sangam/source"]: (one.partition_key, one.tags["sangam/drop"]) for one in requests}
    assert told == {"mis": ("2021-04-01", "2 files"), "births": ("2021-01-01", BIRTHS)}


def test_a_landing_in_s3_is_looked_at_by_etag(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_HOME", str(home))
    monkeypatch.setenv("SANGAM_LANDING", "s3://drops/in")
    with seaweed.serve(home) as endpoint:
        client = object_store.connect(endpoint)
        client.create_bucket(Bucket="drops")

        def put(name: str, body: bytes) -> None:
            client.put_object(Bucket="drops", Key=f"in/{name}", Body=body)

        put(MIS, b"first")
        put(BIRTHS, b"first")
        cursor = read_already()
        put(MIS, b"first")  # the same bytes again are the same version
        none, cursor = look(look(cursor)[1])
        assert none == []
        put(MIS, b"second")
        (request,) = look(look(cursor)[1])[0]
        assert request.tags["sangam/drop"] == MIS
        assert not (home / "mirror").exists(), "looking downloads nothing"


def test_numbers_are_built_once_of_what_was_read(home: Path, instance: dg.DagsterInstance) -> None:
    def asked() -> list[tuple[str | None, str | None]]:
        found = numbers(dg.build_sensor_context(instance=instance))
        requests = found.run_requests if isinstance(found, dg.SensorResult) else None
        return [(one.partition_key, one.run_key) for one in requests or []]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANGAM_HOME", str(home))
        assert asked() == []
        publish(of_home(), "sindh", "mis", "2021Q2", "first")
        first = asked()
        assert [partition for partition, _ in first] == ["2021-04-01"] and first == asked()
        publish(of_home(), "sindh", "mis", "2021Q2", "second")
        assert [partition for partition, _ in asked()] == ["2021-04-01"] and asked() != first
