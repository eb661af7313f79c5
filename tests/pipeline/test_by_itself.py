"""The platform runs by itself: a file dropped into the landing becomes a release on its day, and nothing is done twice.

Code server, daemon and webserver are real processes, S3 and the mail server real servers. People do two things: they
deliver, and an officer signs off. Of time, only the calendar's morning is moved: its schedule is asked what it does on
the day the quarter is due, and the run it asks for is launched, both as the UI does it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from orchestration.s3 import seaweed
from tests import mail_server
from tests.mail_server import Post
from tests.platform import (
    DONOR,
    OFFICER,
    OTHER_DONOR,
    QUARTER,
    Platform,
    delivery,
    made,
    succeeded,
    waited,
)

pytestmark = pytest.mark.xdist_group("by_itself")
LOOKS = 3  # seconds between two
DUE = datetime(2021, 10, 20, 8, tzinfo=UTC)  # 20 days after the quarter's last day, at eight


@pytest.fixture(scope="module")
def zone() -> str:
    """A time zone in which it is not eight in the morning soon: the calendar's own tick would join in."""
    return (
        f"Etc/GMT{datetime.now(UTC).hour - 12:+}"  # where it is noon; the sign is the wrong way round there
    )


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with mail_server.running() as running:
        yield running


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, post: Post, zone: str) -> Iterator[Platform]:
    """Everything runs, and nothing is delivered yet but rates."""
    platform = made(tmp_path_factory.mktemp("by_itself"), LOOKS, post.port, zone)
    with seaweed.serve(platform.home, [DONOR, OTHER_DONOR]):
        try:
            platform.start("code")
            platform.start("daemon", "web")
            yield platform
        finally:
            platform.end_all()


def looked(platform: Platform, *sensors: str) -> None:
    """Wait until each sensor has looked twice more: whatever it wants to start it has asked for then."""
    for sensor in sensors:
        before = platform.ticks(sensor)
        what = f"{sensor} to look twice: {platform.said('daemon')}"
        waited(what, lambda sensor=sensor, before=before: platform.ticks(sensor) > before + 1)


def at_rest(platform: Platform, job: str, count: int) -> list[Any]:
    """The runs once so many of a job went through and none goes on."""

    def find() -> list[Any] | None:
        runs = platform.runs()
        wrong = [run for run in runs if run.is_failure_or_canceled]
        assert not wrong, f"{wrong}: {platform.said('code')}"
        done = len(succeeded(runs, job)) >= count and all(run.is_finished for run in runs)
        return runs if done else None

    return waited(f"{count} runs of {job}: {platform.said('daemon')}", find)


def jobs(platform: Platform) -> list[str]:
    return [run.job_name for run in platform.runs()]


def state(platform: Platform, donor: str) -> dict[str, str]:
    """What Dagster says last of a donor's release."""
    query = """query last($path: [String!]!) {
      assetOrError(assetKey: {path: $path}) {
        ... on Asset { assetMaterializations(limit: 1) { partition
          metadataEntries { label ... on TextMetadataEntry { text } } } }
      }
    }"""
    (last,) = platform.ask(query, path=["release", donor])["assetOrError"]["assetMaterializations"]
    return {entry["label"]: entry.get("text", "") for entry in last["metadataEntries"]}


def keep_morning(platform: Platform, donor: str, at: datetime) -> str | None:
    """Have the schedule of a donor evaluated at a time, and launch the run that it asks for; the run, if any."""
    query = """mutation dry($name: String!, $at: Float!) {
      scheduleDryRun(timestamp: $at, selectorData: {
        repositoryLocationName: "sangam", repositoryName: "__repository__", scheduleName: $name}) {
        ... on DryRunInstigationTick { evaluationResult { error { message } runRequests { runConfigYaml } } }
        ... on PythonError { message }
      }
    }"""
    launch = """mutation launch($config: RunConfigData!) {
      launchRun(executionParams: {runConfigData: $config, selector: {
        repositoryLocationName: "sangam", repositoryName: "__repository__", jobName: "calendar"}}) {
        ... on LaunchRunSuccess { run { runId } }
        ... on PythonError { message }
        ... on RunConfigValidationInvalid { errors { message } }
      }
    }"""
    found = platform.ask(query, name=f"calendar_{donor}", at=at.timestamp())["scheduleDryRun"]
    assert found.get("evaluationResult") and not found["evaluationResult"]["error"], found
    requests = found["evaluationResult"]["runRequests"]
    if not requests:
        return None
    (request,) = requests
    config = json.dumps(yaml.safe_load(request["runConfigYaml"]))
    run: str = platform.ask(launch, config=config)["launchRun"]["run"]["runId"]
    return run


def test_from_the_landing_to_the_donor(platform: Platform, post: Post, zone: str, tmp_path: Path) -> None:
    whole = delivery(tmp_path / "register.zip", 900).read_bytes()

    # A file that is still being written is not taken.
    done = threading.Event()
    with platform.drop.open("wb") as file:

        def write_on() -> None:
            for start in range(len(whole) - 1):
                file.write(whole[start : start + 1])
                file.flush()
                if done.wait(0.05):
                    break

        writer = threading.Thread(target=write_on)
        writer.start()
        looked(platform, "arrivals")
        written = file.tell()
        done.set()
        writer.join()
        assert 0 < written < len(whole) - 1, "the file was written before the sensor had looked twice"
        assert platform.runs() == []

    # Once it is whole it is read, and a release of each donor waits.
    platform.drop.write_bytes(whole)
    at_rest(platform, "quarter", 1)
    assert jobs(platform) == ["quarter"]
    assert [state(platform, donor)["state"] for donor in (DONOR, OTHER_DONOR)] == ["waiting for sign-off"] * 2

    # Another version of it: one run reads its source, one builds the numbers.
    delivery(platform.drop, 1200)
    at_rest(platform, "numbers", 1)
    looked(platform, "arrivals", "numbers")
    assert jobs(platform) == ["quarter", "deliveries", "numbers"]
    assert state(platform, DONOR)["state"] == "waiting for sign-off"

    # Signed off and not published: that is what the calendar is for.
    said = platform.sangam("approve", DONOR, QUARTER, "--by", "Amina Soomro", "--yes", "--no-publish")
    assert "Not released" in said
    day = DUE.replace(tzinfo=ZoneInfo(zone))
    assert keep_morning(platform, DONOR, day - timedelta(days=2)) is None
    for donor in (DONOR, OTHER_DONOR):
        assert keep_morning(platform, donor, day)
    at_rest(platform, "calendar", 2)
    assert "every file" in platform.sangam("release", "verify", DONOR, QUARTER)
    mails = [(taken.to, taken.subject) for taken in post.taken if "sangam:" not in taken.subject]
    assert sorted(mails) == [
        ([OFFICER], f"{DONOR} {QUARTER} is out as r001"),
        ([OFFICER], f"{OTHER_DONOR} {QUARTER} due today: not signed off"),
    ]

    # Started anew, it does nothing twice, nor does a morning that is kept again.
    looked(platform, "alert_went_through")
    before, told = jobs(platform), len(post.taken)
    platform.end("daemon")
    platform.start("daemon")
    looked(platform, "arrivals", "numbers", "lost_runs", "alert_went_through")
    assert jobs(platform) == before
    assert keep_morning(platform, DONOR, day) is None
    assert keep_morning(platform, OTHER_DONOR, day) is None
    assert len(post.taken) == told
    assert len(list((platform.home / "releases" / DONOR / QUARTER).iterdir())) == 1
