"""The mail to a partner region's contacts when return slips went out: what each says, in counts, and where it lies.

The slip itself is not sent: it holds personal values, and a mail is read by whoever has the address.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ingest.contracts.loading import load_region
from ingest.deliveries.receipt import Receipt
from ingest.feedback.catalogue import ENGLISH, Catalogue, catalogue, english
from orchestration.mail.message import Message, items
from orchestration.mail.outbox import Note, notes, post
from orchestration.s3.partner_buckets import slip_receipts

# The texts that the mail is made of; a language that lacks one is not mixed with English.
_NEEDED = (
    "return_slip", "mail_intro", "mail_handed", "file", "result", "read", "accepted_all", "some_held_back", "refused",
    "refused_why", "refused_fix", "refused_note", "since_last", "since_last_counts", "to_mend", "to_check",
)  # fmt: skip


def mail_slips(home: Path, region: str, keys: Iterable[str]) -> Note | None:
    """Mail a region's contacts that slips went out, in one mail; None where nobody is named or all was told before.

    `keys`: the slips put into the bucket, as `partner_buckets.send_new` gives them; those of other regions are passed
    over. Raises SangamError where the mail is not taken; then it is tried again (see `outbox.post`).
    """
    contract = load_region(region)
    if not contract.contacts:
        return None
    told = {key for note in notes(home, f"slips/{region}") for key in note.tells}
    receipts = slip_receipts(home, region)
    new = {key: receipts[key] for key in sorted(set(keys) - told) if key in receipts}
    return post(home, slips_mail(region, new)) if new else None


def slips_mail(region: str, slips: dict[str, Receipt]) -> Message:
    """The mail about slips: bucket and key → receipt."""
    contract = load_region(region)
    words = _language(contract.languages)
    titles = {key: f"{contract.sources[one.source].title}, {one.quarter}" for key, one in slips.items()}
    body = [words.label("mail_intro")]
    for key, receipt in slips.items():
        body += ["", titles[key], "-" * len(titles[key]), *_summary(receipt, words)]
    body += ["", words.label("mail_handed"), *slips]
    named = list(dict.fromkeys(titles.values()))
    more = f" (+{len(named) - 1})" if len(named) > 1 else ""
    subject = f"{words.label('return_slip')}: {contract.title}: {named[0]}{more}"
    digest = hashlib.sha256("\n".join(slips).encode()).hexdigest()[:16]
    return Message(f"slips/{region}/{digest}", contract.contacts, subject, tuple(body), tuple(slips))


def _language(languages: Iterable[str]) -> Catalogue:
    """The first language of a region, where it has all texts of the mail; else English."""
    first = catalogue(next(iter(languages), ENGLISH))
    return first if all(first.words.get("labels", {}).get(name) for name in _NEEDED) else english()


def _summary(receipt: Receipt, words: Catalogue) -> list[str]:
    """What became of a delivery: counts, and reasons by how often they stand."""
    lines = [f"{words.label('file')}: {receipt.file}"]
    if receipt.refused:
        why = words.finding(receipt.refused)
        return [
            *lines,
            f"{words.label('refused')}: {why.title}",
            f"{words.label('refused_why')}: {why.meaning} {receipt.message}",
            f"{words.label('refused_fix')}: {why.fix}",
            words.label("refused_note"),
        ]
    counts = {
        name: sum(getattr(one, name) for one in receipt.tables.values()) for name in ("read", "accepted")
    }
    counts["quarantined"] = sum(one.quarantined for one in receipt.tables.values())
    spelled = {name: f"{number:,}" for name, number in counts.items()}
    if counts["quarantined"]:
        lines.append(f"{words.label('result')}: {words.label('some_held_back', **spelled)}")
    else:
        lines.append(f"{words.label('read')}: {spelled['read']}. {words.label('accepted_all')}")
    found = receipt.told.findings
    since = {name: f"{getattr(found, name):,}" for name in ("new", "open", "resolved")}
    lines.append(f"{words.label('since_last')}: {words.label('since_last_counts', **since)}")
    for heading, kind in (("to_mend", "by_reason"), ("to_check", "warnings")):
        total: Counter[str] = Counter()
        for table in receipt.tables.values():
            total.update(getattr(table, kind))
        if total:
            counted = [f"{number:,} × {words.finding(code).title}" for code, number in total.most_common()]
            lines += ["", words.label(heading), *items(counted, most=10)]
    return lines
