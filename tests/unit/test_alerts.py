"""The mail after a run: made of a real Dagster run's events, sent over a real SMTP server, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingest.contracts.loading import load_region
from ingest.deliveries.receipt import JudgedAs, Receipt, TableCounts
from ingest.errors import SangamError
from orchestration.assets.batch_checks import SUITE
from orchestration.automation.alerts import alert_sensors
from orchestration.automation.calendars import calendar_job
from orchestration.checks import table_checks
from orchestration.mail.alert import mail_run
from orchestration.mail.run_told import quarters_of
from orchestration.partitions import QUARTERS, partition_key
from orchestration.quarter_run import prepare_dagster_home
from orchestration.resources import Home
from orchestration.settings import Settings
from tests import mail_server as server
from tests.mail_server import ENGINEER, Post

REFUSED = "mis_2021Q2.sql: cut off at line 12. Send it again, whole."
PERSON = "Ayesha Bibi"


@pytest.fixture
def post(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A server and a home that the environment names."""
    monkeypatch.setenv("SANGAM_HOME", str(home))
    monkeypatch.delenv("SANGAM_UI_URL", raising=False)
    with server.running() as running:
        server.use(monkeypatch, running.port)
        yield running


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def receipt(**words: Any) -> Receipt:
    """A delivery of Sindh's MIS."""
    judged = JudgedAs(contract="c", engine="1", key_id="k")
    return Receipt(
        region="sindh", source="mis", quarter="2021Q2", path="sindh/mis/2021Q2/m.sql", file="m.sql", sha256="ab",
        size=1, received_at=datetime(2021, 7, 1, tzinfo=UTC), judged_as=judged, **words,
    )  # fmt: skip


def counted(name: str, read: int, accepted: int, quarantined: int) -> Receipt:
    """A delivery of one table of which so many records were held back."""
    reasons = {"bad_date": quarantined} if quarantined else {}
    counts = TableCounts(read=read, accepted=accepted, quarantined=quarantined, by_reason=reasons)
    return receipt(tables={name: counts})


def table(name: str, *receipts: Receipt) -> dg.AssetsDefinition:
    """A table with its real checks, of these deliveries."""
    key, spec = dg.AssetKey(["sindh", "mis", name]), load_region("sindh").sources["mis"].tables["household"]

    @dg.multi_asset(
        name=f"sindh__{name}",
        specs=[dg.AssetSpec(key, partitions_def=QUARTERS)],
        check_specs=[*table_checks.specs(key)],
    )
    def read() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key=key)
        yield table_checks.contract_result(receipts, receipts, name, key)
        yield table_checks.findings_result(receipts, spec, "sindh/mis", name, key)

    return read


def delivery(words: str) -> dg.AssetsDefinition:
    """A delivery as a whole that waits."""
    key = dg.AssetKey(["sindh", "mis", "delivery"])

    @dg.multi_asset(
        name="batch_checks",
        specs=[dg.AssetSpec(key, partitions_def=QUARTERS, skippable=True)],
        check_specs=[dg.AssetCheckSpec(SUITE, asset=key)],
    )
    def check() -> Iterator[Any]:
        yield dg.AssetCheckResult(asset_key=key, check_name=SUITE, passed=False, description=words)

    return check


def broken(name: str, error: Exception) -> dg.AssetsDefinition:
    """A table whose step raises, for the reason of another error."""

    @dg.asset(name=name, key_prefix="sindh", partitions_def=QUARTERS)
    def fail() -> None:
        raise RuntimeError("something outer") from error

    return fail


def release(donor: str, after: str, **metadata: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=["release", donor],
        deps=[dg.AssetKey(["sindh", "mis", after])],
        partitions_def=QUARTERS,
        name=None,
    )
    def publish() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata=metadata)

    return publish


def run(instance: dg.DagsterInstance, *assets: dg.AssetsDefinition) -> dg.DagsterRun:
    """Run the assets as the quarter's job; the run as the instance has it."""
    job = dg.define_asset_job("quarter", selection=dg.AssetSelection.all())
    defs = dg.Definitions(assets=assets, jobs=[job], executor=dg.in_process_executor)
    done = defs.resolve_job_def("quarter").execute_in_process(
        instance=instance, partition_key=partition_key("2021Q2"), raise_on_error=False
    )
    found = instance.get_run_by_id(done.run_id)
    assert found
    return found


def test_a_run_that_went_wrong_is_told_in_one_mail(
    home: Path, post: Post, instance: dg.DagsterInstance
) -> None:
    gone = receipt(status="refused", refused="unreadable_file", message=REFUSED)
    ended = run(
        instance,
        table("household", gone),
        table("person", gone, counted("person", 100, 88, 12)),
        table("grant", counted("grant", 10, 9, 0)),
        table("loan_plan", counted("loan_plan", 9, 7, 2)),
        delivery("It has 2.5 times the rows."),
        release("eu_success", "grant"),
        release("other", "person", state="held", why="region pune is not read: pune.yml:3: no such word"),
        broken("loan", SangamError("pune/loan.yml: line 3 cannot be meant. Mend it.")),
    )
    note = mail_run(home, instance, ended)
    (taken,) = post.taken
    assert note and note.state == "sent" and taken.to == [ENGINEER]
    assert taken.subject.startswith("sangam: 2021Q2 failed at sindh__") and taken.subject.endswith(
        " and 1 more"
    )
    parts = taken.text.split("\n\n")
    text = {part.splitlines()[0].partition(":")[0]: " ".join(part.split()) for part in parts}
    assert "The run of 2021Q2 failed." in parts[0] and "2 steps failed, 1 check" in " ".join(parts[0].split())
    assert "sindh__loan: pune/loan.yml: line 3 cannot be meant. Mend it." in text["WHAT FAILED"]
    assert "sindh__grant: a check that stops what follows failed, see below" in text["WHAT FAILED"]
    assert "sangam run --quarter 2021Q2" in text["WHAT FAILED"]
    assert "sindh/mis/grant, contract: 10 read is not 9 accepted" in text["CHECKS THAT STOP WHAT FOLLOWS"]
    assert text["FILES THAT WERE REFUSED"].count("cut off at line 12") == 1
    assert "sindh/mis: It has 2.5 times the rows." in text["DELIVERIES THAT WAIT"]
    assert "eu_success: not made" in text["RELEASES"] and "other: held: region pune" in text["RELEASES"]
    assert "WARNINGS: 2 - records held back: 2 (sindh/mis)" in text["WARNINGS"]
    assert f"http://127.0.0.1:3000/runs/{ended.run_id}" in taken.text


def test_it_is_one_mail_however_often_it_is_asked(
    home: Path, post: Post, instance: dg.DagsterInstance
) -> None:
    ended = run(instance, broken("loan", SangamError("Mend it.")))
    notes = [mail_run(home, instance, ended) for _ in range(3)]
    assert len(post.taken) == 1 and notes[0] == notes[1] == notes[2]
    mail_run(home, instance, run(instance, broken("loan", SangamError("Mend it."))))
    assert len(post.taken) == 2


def test_a_run_with_nothing_to_say_says_nothing(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    fine = run(
        instance,
        table("household", counted("household", 8, 8, 0)),
        release("eu_success", "household", state="waiting for sign-off"),
    )
    assert mail_run(home, instance, fine) is None
    assert post.taken == [] and not (home / "mail").exists()


def test_warnings_alone_are_no_failure(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    mail_run(home, instance, run(instance, table("household", counted("household", 20, 8, 12))))
    (taken,) = post.taken
    assert taken.subject == "sangam: 2021Q2 went through with 1 warning"
    assert "WHAT FAILED" not in taken.text and "To do: nothing at once." in taken.text


def test_what_a_library_says_quotes_no_cell(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    said = f"Conversion Error: Could not convert string '{PERSON}' of \"4130212345671\" to INT64, 41302\nrow: {PERSON}"
    mail_run(home, instance, run(instance, broken("loan", ValueError(said))))
    (taken,) = post.taken
    assert "ValueError: Conversion Error: Could not convert string … of … to INT64" in " ".join(
        taken.text.split()
    )
    assert PERSON not in taken.text and "41302" not in taken.text


def test_file_names_add_nothing(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    name = "a.xls\r\nBcc: thief@example.org\r\n\r\nPlease pay"
    gone = receipt(status="refused", refused="wrong_format", message=f"{name}: is damaged.")
    mail_run(home, instance, run(instance, table("household", gone), broken("loan", SangamError(name))))
    (taken,) = post.taken
    assert taken.to == [ENGINEER] and "Bcc" not in taken.mail
    assert not [line for line in taken.text.splitlines() if line.startswith(("Bcc", "Please pay"))]


def test_a_calendar_that_fails_is_told_with_its_donor(
    home: Path, post: Post, instance: dg.DagsterInstance
) -> None:
    config = {"ops": {"keep_calendar": {"config": {"donor": "nobody", "date": "2021-07-09"}}}}
    tags = {"sangam/donor": "nobody"}
    done = calendar_job.execute_in_process(
        run_config=config, resources={"home": Home()}, instance=instance, tags=tags, raise_on_error=False
    )
    ended = instance.get_run_by_id(done.run_id)
    assert ended
    mail_run(home, instance, ended)
    (taken,) = post.taken
    assert taken.subject == "sangam: job calendar of nobody failed at keep_calendar"
    assert "'nobody'" in taken.text


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"dagster/partition": "2021-04-01"}, "2021Q2"),
        ({"dagster/partition": "2021-04-01"}, "2021Q2"),
        (
            {
                "dagster/asset_partition_range_start": "2020-10-01",
                "dagster/asset_partition_range_end": "2021-04-01",
            },
            "2020Q4 to 2021Q2",
        ),
        ({"sangam/quarter": "2021Q3", "dagster/partition": "2021-07-01"}, "2021Q3"),
        ({}, ""),
    ],
)
def test_the_quarter_is_that_of_the_partition(tags: dict[str, str], told: str) -> None:
    assert quarters_of(tags) == told


# ------------------------------------------------------------------------------------------------ sensors


def test_there_is_a_sensor_for_each_way_a_run_ends() -> None:
    sensors = {sensor.name: sensor for sensor in alert_sensors()}
    assert set(sensors) == {"alert_went_through", "alert_failed", "alert_stopped", "mail_waiting"}
    assert {one.default_status for one in sensors.values()} == {dg.DefaultSensorStatus.RUNNING}


def evaluate(instance: dg.DagsterInstance, ended: dg.DagsterRun, name: str, kind: str) -> None:
    sensor = next(one for one in alert_sensors() if one.name == name)
    event = next(
        entry.dagster_event
        for entry in instance.all_logs(ended.run_id)
        if entry.dagster_event and entry.dagster_event.event_type_value == kind
    )
    sensor(dg.build_run_status_sensor_context(name, event, instance, ended))


def test_the_sensor_of_failures_mails_once(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    ended = run(instance, broken("loan", SangamError("Mend it.")))
    for _ in range(2):
        evaluate(instance, ended, "alert_failed", "PIPELINE_FAILURE")
    assert [taken.subject for taken in post.taken] == ["sangam: 2021Q2 failed at sindh__loan"]


def test_the_sensor_of_successes_mails_checks_that_failed(
    home: Path, post: Post, instance: dg.DagsterInstance
) -> None:
    evaluate(
        instance,
        run(instance, table("person", counted("person", 8, 8, 0))),
        "alert_went_through",
        "PIPELINE_SUCCESS",
    )
    assert post.taken == []
    ended = run(
        instance, table("household", receipt(status="refused", refused="unreadable_file", message=REFUSED))
    )
    evaluate(instance, ended, "alert_went_through", "PIPELINE_SUCCESS")
    assert [taken.subject for taken in post.taken] == ["sangam: 2021Q2 went through, but 1 file was refused"]


def test_a_stopped_run_is_told(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    ended = instance.create_run_for_job(
        dg.Definitions(
            jobs=[dg.define_asset_job("quarter")], assets=[table("person", counted("person", 8, 8, 0))]
        ).resolve_job_def("quarter"),
        status=dg.DagsterRunStatus.STARTED,
        tags={"dagster/partition": "2021-04-01"},
    )
    instance.report_run_canceled(ended)
    stopped = instance.get_run_by_id(ended.run_id)
    assert stopped
    evaluate(instance, stopped, "alert_stopped", "PIPELINE_CANCELED")
    assert [taken.subject for taken in post.taken] == ["sangam: 2021Q2 was stopped"]


def test_what_a_server_did_not_take_goes_later(home: Path, post: Post, instance: dg.DagsterInstance) -> None:
    """Dagster evaluates no run twice, so the sensor that failed is of no use any more."""
    post.data += ["451 busy"] * 3
    ended = run(instance, broken("loan", SangamError("Mend it.")))
    with pytest.raises(SangamError, match="451 busy"):
        mail_run(home, instance, ended)
    assert post.taken == [] and json.loads(next((home / "mail").rglob("*.json")).read_text())["sent"] == {}
    waiting = next(one for one in alert_sensors() if one.name == "mail_waiting")
    for _ in range(2):
        waiting(dg.build_sensor_context(instance=instance))
    assert [taken.subject for taken in post.taken] == ["sangam: 2021Q2 failed at sindh__loan"]


def test_runs_of_the_command_line_are_seen_as_well(
    home: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They belong to no code location: a sensor of one location would pass over them. With the home's own storage."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare_dagster_home(Settings(home, home / "landing"))
    with dg.DagsterInstance.get() as instance:
        sensor = next(one for one in alert_sensors() if one.name == "alert_failed")

        @dg.repository
        def sangam() -> list[Any]:
            return [sensor]

        def tick(cursor: str | None) -> str | None:
            context = dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=sangam)
            return sensor.evaluate_tick(context).cursor

        cursor = tick(None)
        run(instance, broken("loan", SangamError("Mend it.")))
        cursor = tick(cursor)
        tick(cursor)
        assert [taken.subject for taken in post.taken] == ["sangam: 2021Q2 failed at sindh__loan"]
