"""Donors' calendars: reminders before and after the day, releases on it, with a real S3 and a real mail server.

A quarter of each donor's lies in the warehouse, 2021Q2; it is due on the 9th of July. Of the births portal of Sindh a
delivery is there, so that quarters are waited for from 2021Q2 on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ingest.errors import SangamError
from orchestration.automation.calendars import calendar_job, calendar_schedules
from orchestration.automation.donor_day import Done, keep_day
from orchestration.mail.outbox import notes
from orchestration.releases import approvals
from orchestration.releases.calendar import is_turn_of
from orchestration.resources import Home
from orchestration.s3 import seaweed
from orchestration.settings import Settings
from orchestration.warehouse import logframes
from orchestration.warehouse.logframe_words import Donor
from orchestration.warehouse.released import latest_manifests
from tests import mail_server as server
from tests import small_home
from tests.mail_server import ENGINEER, Post

DONORS = [f"donor_{letter}" for letter in "abcdefghijklmnopqr"]
OFFICER = "officer@example.org"
DUE = date(2021, 7, 9)
ZONES = {"donor_n": "Asia/Kathmandu", "donor_o": "America/Los_Angeles", "donor_p": "Pacific/Kiritimati"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of several donors, whose logframes name an officer and a time zone; its S3 runs."""
    folder = tmp_path_factory.mktemp("home")
    with small_home.made(folder, DONORS), pytest.MonkeyPatch.context() as patch:
        for donor in DONORS:
            at = folder / "logframes" / f"{donor}.yml"
            words = f"due_days: 9, time_zone: {ZONES.get(donor, 'Asia/Karachi')}, officers: [{OFFICER}]"
            text = at.read_text().replace("due_days: 9", words)
            first, then, last = text.rpartition("sources: [imi]")
            at.write_text(first + then.replace("imi", "births") + last)
        delivery = folder / "landing" / "sindh" / "births" / "2021Q2" / "births_2021Q2.xls"
        delivery.parent.mkdir(parents=True)
        delivery.write_text("<table></table>")
        patch.setenv("SANGAM_HOME", str(folder))
        patch.delenv("SANGAM_LANDING", raising=False)
        with seaweed.serve(folder, DONORS):
            yield folder


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home, home / "landing")


@pytest.fixture(scope="module")
def unused() -> Iterator[str]:
    return iter(code for code in DONORS if code not in ZONES)


@pytest.fixture
def donor(unused: Iterator[str]) -> Donor:
    """A donor that no other test has."""
    return of(next(unused))


def of(code: str) -> Donor:
    return logframes.of_donor(code).donor


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.delenv("SANGAM_UI_URL", raising=False)
    with server.running() as running:
        server.use(monkeypatch, running.port)
        yield running


def keep(settings: Settings, donor: Donor, today: date) -> Done:
    return keep_day(settings, donor, today, lambda *_: None)


def days(settings: Settings, donor: Donor, *wanted: date) -> None:
    for day in wanted:
        done = keep(settings, donor, day)
        assert done.faults == []


def july(*numbers: int) -> list[date]:
    return [date(2021, 7, number) for number in numbers]


def is_out(home: Path, donor: Donor) -> bool:
    return (donor.code, "2021Q2") in latest_manifests(home / "releases")


# ------------------------------------------------------------------------------------------------ whose turn it is


@pytest.mark.parametrize(
    ("today", "last", "turn"),
    [
        (date(2021, 6, 24), None, False),  # 15 days before
        (date(2021, 6, 25), None, True),  # 14
        (date(2021, 6, 25), date(2021, 6, 25), False),
        (date(2021, 6, 26), None, True),  # missed on its day
        (date(2021, 7, 1), date(2021, 6, 26), False),
        (date(2021, 7, 2), date(2021, 6, 26), True),  # 7
        (date(2021, 7, 8), date(2021, 7, 2), True),  # 1
        (DUE, date(2021, 7, 8), True),
        (DUE, DUE, False),
        (date(2021, 7, 12), date(2021, 7, 8), True),  # the day itself was missed
        (date(2021, 7, 15), DUE, False),
        (date(2021, 7, 16), DUE, True),  # weekly from then on
        (date(2021, 8, 1), date(2021, 7, 16), True),
    ],
)
def test_each_reminder_has_its_turn_once(today: date, last: date | None, turn: bool) -> None:
    assert is_turn_of(DUE, [14, 7, 1], today, last) is turn


def test_without_reminders_the_day_itself_is_the_first() -> None:
    assert not is_turn_of(DUE, [], date(2021, 7, 8), None) and is_turn_of(DUE, [], DUE, None)


# ------------------------------------------------------------------------------------------------ what is told


def test_what_is_missing_is_told_on_its_days_and_on_no_others(
    settings: Settings, donor: Donor, post: Post
) -> None:
    days(settings, donor, *(date(2021, 6, n) for n in range(20, 31)), *july(*range(1, 31)))
    said = [taken.subject.removeprefix(f"{donor.code} 2021Q2 ") for taken in post.taken]
    assert said == [
        "due in 14 days: not signed off",
        "due in 7 days: not signed off",
        "due in 1 day: not signed off",
        "due today: not signed off",
        "7 days overdue: not signed off",
        "14 days overdue: not signed off",
        "21 days overdue: not signed off",
    ]
    assert {tuple(taken.to) for taken in post.taken} == {(OFFICER,)}
    first = " ".join(post.taken[0].text.split())
    assert "2021Q2: due 9 July 2021, 14 days left" in first and "3 of 3 values are reported" in first
    assert f'sangam approve {donor.code} 2021Q2 --by "First Last"' in first
    assert f"http://127.0.0.1:3000/assets/release/{donor.code}" in first


def test_a_quarter_without_values_says_what_is_missing_and_from_whom(
    settings: Settings, donor: Donor, post: Post
) -> None:
    days(settings, donor, date(2021, 10, 2))  # a week before 2021Q3 is due, and long after 2021Q2 was
    (taken,) = post.taken
    assert taken.subject == f"{donor.code}: 2021Q2 85 days overdue, 2021Q3 due in 7 days"
    text = " ".join(taken.text.split())
    assert "2021Q3: due 9 October 2021, 7 days left" in text and "Nothing of it is computed yet." in text
    later = text.partition("2021Q3: due")[2]
    assert "Missing from Sindh (no contacts are named in its contract): - " in later
    assert "(sindh/births): no delivery yet" in later
    days(settings, donor, date(2021, 10, 2), date(2021, 10, 3))
    assert len(post.taken) == 1


def test_of_many_quarters_the_latest_are_told_in_full(settings: Settings, donor: Donor, post: Post) -> None:
    days(settings, donor, date(2023, 1, 20))
    (taken,) = post.taken
    assert taken.subject.startswith(f"{donor.code}: 2022Q2 ") and taken.subject.endswith(" and 4 more")
    assert "Not out either: 2021Q2, 2021Q3, 2021Q4." in " ".join(taken.text.split())
    headed = [line.partition(":")[0] for line in taken.text.splitlines() if ": due " in line]
    assert headed == ["2022Q1", "2022Q2", "2022Q3", "2022Q4"]


def test_a_donor_whose_regions_left_waits_for_nothing_more(
    settings: Settings, donor: Donor, post: Post
) -> None:
    left = donor.model_copy(update={"until": {"sindh": "2021Q2"}})
    days(settings, left, date(2023, 1, 20))
    assert [taken.subject.partition(" is ")[0] for taken in post.taken] == [
        f"{donor.code} 2021Q2 560 days overdue: not signed off"
    ]


def test_without_officers_the_engineers_are_told(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    days(settings, donor.model_copy(update={"officers": []}), DUE)
    assert [taken.to for taken in post.taken] == [[ENGINEER]]


# ------------------------------------------------------------------------------------------------ what goes out


def test_what_is_signed_off_goes_on_its_day_and_is_told_once(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    days(settings, donor, *july(1, 2, 8))
    assert post.taken == [] and not is_out(home, donor)  # signed off: there is nothing to remind of
    told: list[str] = []
    for _ in range(2):
        keep_day(settings, donor, DUE, lambda done, by: told.append(f"{done.release} {by}"))
    assert is_out(home, donor) and told == ["r001 Amina Soomro"]
    (taken,) = post.taken
    assert taken.subject == f"{donor.code} 2021Q2 is out as r001" and taken.to == [OFFICER]
    assert "Amina Soomro signed it off on " in taken.text
    assert f"s3://donor-{donor.code.replace('_', '-')}/{donor.code}/2021Q2/r001/" in taken.text
    days(settings, donor, *july(10, 16, 23))
    assert len(post.taken) == 1


def test_a_day_that_was_missed_is_caught_up_with(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    days(settings, donor, date(2021, 7, 20))
    assert is_out(home, donor) and [taken.subject for taken in post.taken] == [
        f"{donor.code} 2021Q2 is out as r001"
    ]


def test_a_sign_off_that_comes_late_goes_the_next_morning(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    days(settings, donor, *july(8, 9, 10))
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    days(settings, donor, *july(11, 12))
    assert [taken.subject.partition(" 2021Q2 ")[2] for taken in post.taken] == [
        "due in 1 day: not signed off",
        "due today: not signed off",
        "is out as r001",
    ]


def test_numbers_that_changed_since_do_not_go(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    small_home.set_value(home, donor.code, 55.5)
    days(settings, donor, DUE)
    assert not is_out(home, donor)
    assert "due today: numbers changed after Amina Soomro" in post.taken[0].subject


def test_a_process_killed_after_publishing_leaves_the_mail_to_the_next(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_day(settings, donor, DUE, killed)
    assert is_out(home, donor) and post.taken == []
    days(settings, donor, *july(9, 10))
    assert [taken.subject for taken in post.taken] == [f"{donor.code} 2021Q2 is out as r001"]
    assert list((home / "mail").rglob("*.begun")) == []


def test_a_mail_server_that_is_away_keeps_nothing_from_the_donor(
    home: Path, settings: Settings, donor: Donor, post: Post
) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    post.data += ["451 busy"] * 3
    done = keep(settings, donor, DUE)
    assert is_out(home, donor) and "451 busy" in str(done.faults[0]) and post.taken == []
    (note,) = notes(home, f"released/{donor.code}")
    assert note.state == "waiting"


def test_what_is_held_is_told_and_tried_each_day(
    home: Path, settings: Settings, donor: Donor, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    why = "Births waits. Twice the rows. `sangam let-through sindh/births 2021Q2` lets it through."
    with monkeypatch.context() as patch:
        patch.setattr("orchestration.automation.donor_day.held", lambda *_: [why])
        days(settings, donor, *july(9, 10, 15))
        (taken,) = post.taken
        assert taken.subject == f"{donor.code} 2021Q2 due today: signed off, and held"
        assert "Twice the rows." in taken.text and "sangam approve" not in taken.text
        assert not is_out(home, donor)
    days(settings, donor, date(2021, 7, 16))
    assert is_out(home, donor) and len(post.taken) == 2


# ------------------------------------------------------------------------------------------------ Dagster


def schedule(code: str) -> dg.ScheduleDefinition:
    return next(one for one in calendar_schedules() if one.name == f"calendar_{code}")


def evaluated(code: str, moment: datetime) -> dg.RunRequest | dg.SkipReason:
    with dg.build_schedule_context(scheduled_execution_time=moment, resources={"home": Home()}) as context:
        found = schedule(code)(context)
    assert isinstance(found, dg.RunRequest | dg.SkipReason)
    return found


def test_each_donor_has_a_schedule_in_its_time_zone(home: Path) -> None:
    found = {one.name: one for one in calendar_schedules()}
    assert set(found) == {f"calendar_{code}" for code in DONORS}
    for code in DONORS:
        one = found[f"calendar_{code}"]
        assert (one.cron_schedule, one.execution_timezone) == ("0 8 * * *", ZONES.get(code, "Asia/Karachi"))
        assert one.default_status == dg.DefaultScheduleStatus.RUNNING


@pytest.mark.parametrize(
    ("code", "moment", "day"),
    [
        ("donor_n", datetime(2021, 7, 9, 2, 15, tzinfo=UTC), DUE),  # 8:00 in Kathmandu
        ("donor_o", datetime(2021, 7, 9, 15, 0, tzinfo=UTC), DUE),  # 8:00 in Los Angeles
        ("donor_p", datetime(2021, 7, 8, 18, 0, tzinfo=UTC), DUE),  # 8:00 of the 9th on Kiritimati
    ],
)
def test_days_are_the_donors_own(home: Path, code: str, moment: datetime, day: date) -> None:
    request = evaluated(code, moment)
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == f"{code}/{day}"
    assert request.run_config["ops"]["keep_calendar"]["config"] == {"donor": code, "date": str(day)}


def test_a_day_with_nothing_to_do_starts_no_run(settings: Settings, donor: Donor, post: Post) -> None:
    early = evaluated(donor.code, datetime(2021, 6, 1, 3, tzinfo=UTC))
    assert isinstance(early, dg.SkipReason) and donor.code in str(early.skip_message)
    morning = datetime(2021, 7, 9, 3, tzinfo=UTC)
    assert isinstance(evaluated(donor.code, morning), dg.RunRequest)
    days(settings, donor, DUE)
    assert isinstance(evaluated(donor.code, morning), dg.SkipReason)


def test_the_run_publishes_and_tells_the_graph(home: Path, donor: Donor, post: Post) -> None:
    approvals.approve(home, donor.code, "2021Q2", "Amina Soomro")
    request = evaluated(donor.code, datetime(2021, 7, 10, 3, tzinfo=UTC))
    assert isinstance(request, dg.RunRequest)
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            done = calendar_job.execute_in_process(
                run_config=request.run_config, resources={"home": Home()}, instance=instance
            )
            assert done.success
        found = instance.fetch_materializations(dg.AssetKey(["release", donor.code]), limit=9).records
        assert len(found) == 1
        made = found[0].asset_materialization
        assert made and made.metadata["state"].value == "r001 published"
        assert made.metadata["signed off by"].value == "Amina Soomro"
    assert [taken.subject for taken in post.taken] == [f"{donor.code} 2021Q2 is out as r001"]


def test_what_goes_wrong_fails_the_run(home: Path, donor: Donor, post: Post) -> None:
    post.data += ["554 no"]
    config = {"ops": {"keep_calendar": {"config": {"donor": donor.code, "date": str(DUE)}}}}
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(SangamError, match="554 no"):
        calendar_job.execute_in_process(run_config=config, resources={"home": Home()}, instance=instance)
