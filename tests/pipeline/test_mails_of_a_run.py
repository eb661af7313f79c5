"""The mails that a real run makes: what they say, and that nobody's values are in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from orchestration.automation.donor_day import keep_day
from orchestration.mail.alert import alert
from orchestration.mail.message import Message
from orchestration.mail.outbox import notes
from orchestration.mail.run_told import RunTold, run_told
from orchestration.mail.slips import slips_mail
from orchestration.s3.partner_buckets import slip_receipts
from orchestration.warehouse import logframes
from tests.conftest import TEST_SECRET
from tests.personal import Search, personal_values
from tests.runs import QUARTER, Run

pytestmark = pytest.mark.xdist_group("runs")


@pytest.fixture
def told(sample_run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunTold]:
    monkeypatch.setenv("DAGSTER_HOME", str(sample_run.settings.dagster_home))
    with dg.DagsterInstance.get() as instance:
        run = next(run for run in instance.get_runs() if run.job_name == "quarter")
        yield run_told(instance, run)


@pytest.fixture
def reminder(sample_run: Run, monkeypatch: pytest.MonkeyPatch) -> Message:
    """What the officers of the European Union are told when the quarter is due."""
    monkeypatch.delenv("SANGAM_SMTP_HOST", raising=False)
    home = sample_run.settings.home
    done = keep_day(sample_run.settings, logframes.of_donor("eu_success").donor, date(2021, 10, 30), _nothing)
    assert done.faults == []
    return notes(home, "calendar/eu_success")[-1].message


def _nothing(*_: object) -> None:
    raise AssertionError("nothing is signed off that is not out")


def test_the_alert_names_what_was_refused(sample_run: Run, told: RunTold) -> None:
    mail = alert(told)
    assert (told.of, told.ended, told.steps, told.checks) == (QUARTER, "went through", {}, [])
    assert mail.subject == f"sangam: {QUARTER} went through, but 2 files were refused"
    text = " ".join(mail.text.split())
    for file, (_, remedy) in sample_run.refused.items():
        assert text.count(f"{file}:") == 1 and remedy in text
    assert set(told.releases) == {frame.donor.code for frame in logframes.sound()}


def test_the_reminder_names_what_is_missing_and_from_whom(reminder: Message) -> None:
    text = " ".join(reminder.text.split())
    assert f"{QUARTER}: due 30 October 2021, today" in text
    for source in ("sindh/births", "sindh/mis"):
        assert f"({source}): refused" in text.partition("Missing from Sindh")[2]
    assert f'sangam approve eu_success {QUARTER} --by "First Last"' in text


def test_nobodys_values_are_in_a_mail(
    sample_run: Run, told: RunTold, reminder: Message, sample_drops: Path
) -> None:
    search = Search(personal_values(sample_drops / "landing", "sindh"), TEST_SECRET)
    slips = slips_mail("sindh", slip_receipts(sample_run.settings.home, "sindh"))
    for mail in (alert(told), reminder, slips):
        assert len(mail.text) > 500
        search.text(f"{mail.subject}\n{mail.text}", mail.key)
    assert search.found == []
