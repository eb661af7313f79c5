"""The words of a donor's calendar in its logframe, and that a change of them makes no number anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SangamError
from orchestration.warehouse import logframes
from orchestration.warehouse.logframe_words import Logframe
from tests import marts

WORDS = "time_zone: Asia/Kathmandu, remind_days: [30, 3], officers: [me@example.org]"


def logframe(folder: Path, words: str) -> Logframe:
    file = marts.write_logframe(folder / words.partition(":")[0], "donor_a", ["AA-01"])
    file.write_text(
        file.read_text().replace("due_days: 9", f"due_days: 9, {words}" if words else "due_days: 9")
    )
    return logframes.read(file)


def test_without_words_it_is_utc_with_three_reminders_to_the_engineers(tmp_path: Path) -> None:
    donor = logframe(tmp_path, "").donor
    assert (donor.time_zone, donor.remind_days, donor.officers) == ("UTC", [14, 7, 1], [])


def test_the_words_are_read(tmp_path: Path) -> None:
    donor = logframe(tmp_path, WORDS).donor
    assert (donor.time_zone, donor.remind_days, donor.officers) == (
        "Asia/Kathmandu",
        [30, 3],
        ["me@example.org"],
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "time_zone: Asia/Katmandoo",
            "donor.time_zone: there is no time zone 'Asia/Katmandoo', did you mean 'Asia/Kat",
        ),
        ("time_zone: ''", "donor.time_zone: '' does not fit, expected"),
        ("remind_days: [7, 0]", r"donor.remind_days\[2\]: '0' does not fit, expected"),
        ("remind_days: [soon]", r"donor.remind_days\[1\]: 'soon' does not fit, expected"),
        ("officers: [me]", r"donor.officers\[1\]: 'me' is no e-mail address; write it as name@example.org"),
    ],
)
def test_a_word_that_cannot_be_meant_is_told_with_its_place(tmp_path: Path, words: str, told: str) -> None:
    with pytest.raises(SangamError, match=told):
        logframe(tmp_path, words)


def test_models_do_not_read_them(tmp_path: Path) -> None:
    plain, with_words = logframe(tmp_path, ""), logframe(tmp_path, WORDS)
    assert logframes.as_dbt_vars([plain], "feeds") == logframes.as_dbt_vars([with_words], "feeds")
