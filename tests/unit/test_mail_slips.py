"""The mail to a region's contacts when return slips went out: counts and reasons in their language, nobody's values."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.contracts.loading import load_region, regions_root
from ingest.deliveries.receipt import Receipt
from ingest.errors import SangamError
from ingest.feedback.catalogue import catalogue
from orchestration.mail.slips import mail_slips, slips_mail
from orchestration.s3.partner_buckets import slip_receipts
from tests import mail_server as server
from tests.mail_server import Post

CONTACTS = ("mis@example.org", "manager@example.org")


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with server.running() as running:
        server.use(monkeypatch, running.port)
        yield running


@pytest.fixture
def told(sindh_lake: tuple[Path, dict[str, list[Receipt]]], home: Path) -> Path:
    """A home with the receipts and slips of Sindh."""
    for folder in ("lake/receipts", "return"):
        shutil.copytree(sindh_lake[0] / folder, home / folder)
    return home


def say(folder: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Contracts in which Sindh says something more."""
    copy = folder / "regions"
    shutil.copytree(regions_root(), copy)
    own = next(copy.glob("*/regions/sindh.yml"))
    own.write_text(f"{words}\n{own.read_text(encoding='utf-8')}", encoding="utf-8")
    monkeypatch.setenv("SANGAM_REGIONS", str(copy))


@pytest.fixture
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(tmp_path, monkeypatch, f"languages: [en, sd]\ncontacts: [{', '.join(CONTACTS)}]")


@pytest.mark.usefixtures("english")
def test_a_slip_is_told_in_counts_and_reasons(told: Path, post: Post) -> None:
    slips = slip_receipts(told, "sindh")
    key, receipt = next((key, one) for key, one in slips.items() if one.tables)
    note = mail_slips(told, "sindh", [key])
    assert note and [taken.to for taken in post.taken] == [[one] for one in CONTACTS]
    taken = post.taken[0]
    assert taken.subject.startswith("Return slip: Sindh: ") and taken.subject.endswith(receipt.quarter)
    text = " ".join(taken.text.split())
    read = sum(one.read for one in receipt.tables.values())
    held_back = sum(one.quarantined for one in receipt.tables.values())
    assert f"File: {receipt.file}" in text and f"{held_back:,} of {read:,} records were held back" in text
    found = receipt.told.findings
    assert f"{found.new:,} new, {found.open:,} still open, {found.resolved:,} resolved" in text
    for table in receipt.tables.values():
        for code in table.by_reason:
            assert catalogue("en").finding(code).title in text
    assert key in taken.text.splitlines() and key.startswith("partner-sindh/return/")


@pytest.mark.usefixtures("english")
def test_a_slip_is_told_once(told: Path, post: Post) -> None:
    first, second, *_ = sorted(slip_receipts(told, "sindh"))
    mail_slips(told, "sindh", [first])
    assert mail_slips(told, "sindh", [first]) is None
    mail_slips(told, "sindh", [first, second, "partner-pune/return/cases/2021Q2/x_return.xlsx"])
    assert len(post.taken) == 2 * len(CONTACTS)
    assert first not in post.taken[-1].text and second in post.taken[-1].text


def test_the_regions_first_language_is_used(
    told: Path, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(tmp_path, monkeypatch, f"languages: [sd, ur]\ncontacts: [{CONTACTS[0]}]")
    slips = slip_receipts(told, "sindh")
    mail_slips(told, "sindh", slips)
    (taken,) = post.taken
    words = catalogue("sd")
    assert taken.subject.startswith(words.label("return_slip"))
    text = " ".join(taken.text.split())
    assert " ".join(words.label("mail_intro").split()) in text and "Return slip" not in text
    assert all(key in taken.text.splitlines() for key in slips)


def test_a_language_without_all_texts_is_not_mixed_with_english(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(tmp_path, monkeypatch, f"languages: [sd]\ncontacts: [{CONTACTS[0]}]")
    labels = dict(catalogue("sd").words["labels"])
    del labels["mail_handed"]
    monkeypatch.setitem(catalogue("sd").words, "labels", labels)
    mail = slips_mail("sindh", slip_receipts(told, "sindh"))
    assert mail.subject.startswith("Return slip") and "We have checked your delivery" in mail.text


@pytest.mark.usefixtures("english")
def test_a_refused_file_says_why_and_what_to_do(told: Path, post: Post) -> None:
    key, receipt = next(iter(slip_receipts(told, "sindh").items()))
    refused = receipt.model_copy(
        update={"refused": "unreadable_file", "message": f"{receipt.file} is cut off at line 12."}
    )
    text = " ".join(slips_mail("sindh", {key: refused}).text.split())
    for word in ("refused", "is cut off at line 12.", "What to do:", "Nothing of this file was counted."):
        assert word in text


def test_without_contacts_nobody_is_told(told: Path, post: Post) -> None:
    assert load_region("sindh").contacts == ()
    assert mail_slips(told, "sindh", slip_receipts(told, "sindh")) is None
    assert post.taken == [] and not (told / "mail").exists()


@pytest.mark.parametrize("given", ["mis", "mis@example", "a@example.org, b@example.org", "A <a@example.org>"])
def test_a_contact_that_is_no_address_is_told_with_its_line(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(tmp_path, monkeypatch, f"contacts:\n  - mis@example.org\n  - '{given}'")
    with pytest.raises(
        SangamError, match=r"sindh\.yml:3: contacts\[2\]: .* is no e-mail address; write it as"
    ):
        load_region("sindh")
