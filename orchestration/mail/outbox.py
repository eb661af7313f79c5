"""What was written and what of it was sent: a file for each mail in SANGAM_HOME/mail, named by its key.

    mail/alert/<run>.json        mail/calendar/<donor>/<date>.json        mail/slips/<region>/<digest>.json

A mail is noted before it is sent, and each address once its server has taken it: a run that is repeated, a process that
is killed or a server that is away sends nothing twice and forgets nothing. Only between the server's yes and the note
lies a moment in which a kill makes a repeat; it has the same Message-ID.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ingest.errors import SangamError
from ingest.files import atomic
from orchestration.alone import alone
from orchestration.mail.mail_settings import MailServer, mail_server
from orchestration.mail.message import Message, to_email
from orchestration.mail.smtp import NotSent, send

GIVEN_UP_AFTER = timedelta(days=3)  # what was not taken until then is no news any more

State = Literal["waiting", "sent", "not sent"]


class Note(BaseModel):
    """What is noted of a mail. `sent`: when each address's server took it; `refused`: addresses it is not tried for."""

    model_config = ConfigDict(extra="forbid")

    key: str
    to: list[str]
    subject: str
    body: list[str]
    tells: list[str] = []
    written_at: datetime
    state: State = "waiting"
    why: str = ""  # it is not sent
    sent: dict[str, datetime] = {}
    refused: dict[str, str] = {}

    @property
    def message(self) -> Message:
        """The mail."""
        return Message(self.key, tuple(self.to), self.subject, tuple(self.body), tuple(self.tells))

    @property
    def said(self) -> str:
        """What became of it, in a line for a log."""
        if self.state == "sent":
            return f"Mail '{self.subject}' went to {', '.join(self.sent)}."
        to = ", ".join(self.to) or "nobody"
        return f"Mail '{self.subject}' to {to} is not sent: {self.why}. It is kept in mail/{self.key}.json."


def post(home: Path, message: Message) -> Note:
    """Send a mail unless it was written before; what is noted of it. Without SANGAM_SMTP_HOST it is noted only.

    Raises SangamError where settings are wrong or the mail is not taken; it is noted before and tried again by
    `send_waiting`, addresses that the server refuses for good excepted.
    """
    with alone(home / "mail"):
        if earlier := note_of(home, message.key):
            return earlier
        note = Note(
            key=message.key,
            to=list(message.to),
            subject=message.subject,
            body=list(message.body),
            tells=list(message.tells),
            written_at=datetime.now(UTC).replace(microsecond=0),
        )
        _keep(home, note)
        return _deliver(home, note, mail_server())


def send_waiting(home: Path, now: datetime | None = None) -> int:
    """Try each mail that waits once more; how many were sent. Those that wait for three days are given up.

    Raises SangamError, with a line for each that still is not taken.
    """
    sent, told = 0, []
    for path in sorted((home / "mail").rglob("*.json")):
        with alone(home / "mail"):
            note = _read(path)
            if note is None or note.state != "waiting":
                continue
            if (now or datetime.now(UTC)) - note.written_at > GIVEN_UP_AFTER:
                _end(home, note, note.why or "it waited for three days")
                continue
            try:
                sent += _deliver(home, note, mail_server()).state == "sent"
            except SangamError as error:
                told.append(f"{note.key}: {error}")
    if told:
        raise SangamError("\n".join(told))
    return sent


def note_of(home: Path, key: str) -> Note | None:
    """What is noted of a mail; None where it was never written."""
    return _read(_path(home, key))


def notes(home: Path, folder: str) -> list[Note]:
    """What is noted of all mails below a key, such as `calendar/eu_success`, in the order of their keys."""
    found = (_read(path) for path in sorted((home / "mail" / folder).rglob("*.json")))
    return [note for note in found if note]


def _deliver(home: Path, note: Note, server: MailServer | None) -> Note:
    """Send a noted mail to those who do not have it yet, noting each; raises NotSent for the last that went wrong."""
    if server is None:
        return _end(home, note, "SANGAM_SMTP_HOST is not set")
    if not note.to:
        return _end(home, note, "nobody is named: SANGAM_MAIL_TO is not set")
    failed: NotSent | None = None
    for address in [one for one in note.to if one not in note.sent and one not in note.refused]:
        try:
            send(server, to_email(note.message, server.sender, address, note.written_at))
        except NotSent as error:
            failed, note.why = error, str(error)
            if error.is_final:
                note.refused[address] = str(error)
            elif not error.is_of_address:
                break  # the others would fare no better
        else:
            note.sent[address] = datetime.now(UTC).replace(microsecond=0)
        _keep(home, note)
    if {*note.sent, *note.refused} >= set(note.to):
        note.state = "sent" if note.sent else "not sent"
    _keep(home, note)
    if failed:
        raise failed
    return note


def _end(home: Path, note: Note, why: str) -> Note:
    """Note that a mail is not sent (to those who do not have it yet)."""
    note.state, note.why = ("sent" if note.sent else "not sent"), why
    _keep(home, note)
    return note


def _path(home: Path, key: str) -> Path:
    return home / "mail" / f"{key}.json"


def _read(path: Path) -> Note | None:
    try:
        return Note.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None


def _keep(home: Path, note: Note) -> None:
    with atomic(_path(home, note.key)) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write(note.model_dump_json(indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
