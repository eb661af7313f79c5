"""One e-mail as plain data, and as it goes over the wire: plain text, wrapped, with nothing of others' in its headers.

Names in it come from delivered files: what could end a line or turn its direction is taken out. Nothing is sent here.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from ingest.errors import SangamError

WIDTH = 76
_KEY = re.compile(r"[a-z]+(/\w[\w.-]*)+", re.ASCII)
_JOINERS = "\u200c\u200d"  # letters of Indic and Arabic scripts need them
_SUBJECT = 180  # letters; file names may be long


@dataclass(frozen=True)
class Message:
    """What is to be told once: `key` names it in the home (`alert/<run>`), `to` are addresses.

    `body` is lines, each wrapped when it is sent; `tells` are things that are told with it, for whoever has to know
    what was. Raises SangamError for a key that is no path of words.
    """

    key: str
    to: tuple[str, ...]
    subject: str
    body: tuple[str, ...]
    tells: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise SangamError(f"'{self.key}' cannot name a mail: words joined by '/', such as alert/<run>.")

    @property
    def text(self) -> str:
        """The body as it is read."""
        return "\n".join(wrapped(line) for line in self.body).rstrip() + "\n"


def one_line(text: object) -> str:
    """A text of others in one line: without control characters, line breaks, or what turns its direction."""
    kept = (
        letter
        if letter in _JOINERS
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        else " "
        for letter in str(text)
    )
    return " ".join("".join(kept).split())


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def wrapped(line: str) -> str:
    """A line cut to WIDTH between words, what follows further in; a longer word, such as an address, stays whole."""
    text = line.lstrip(" ")
    margin = " " * (len(line) - len(text))
    text = one_line(text)
    inner = margin + ("  " if text.startswith("- ") else "")
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=margin,
        subsequent_indent=inner,
        break_long_words=False,
        break_on_hyphens=False,
    )


def items(lines: Iterable[str], most: int = 20) -> list[str]:
    """Lines of a list, each once; the last says how many more there are."""
    found = list(dict.fromkeys(one_line(line) for line in lines))
    more = len(found) - most
    return [f"- {line}" for line in found[:most]] + ([f"- and {more:,} more"] if more > 0 else [])


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a key: always the same, so that servers and readers know a repeat for one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"


def _subject(text: str) -> str:
    """A subject in which nothing of others is code: what stands as an encoded word is decoded, line breaks and all."""
    return shortened(one_line(text).replace("=?", "= ?"), _SUBJECT)


def to_email(message: Message, sender: str, to: str, written_at: datetime) -> EmailMessage:
    """The mail to one address, the same bytes each time."""
    subject, text = _subject(message.subject), message.text
    # Folded, a subject of one line and a bit would begin with a blank; encoded words and bytes need the short lines.
    longest = 900 if (subject + text).isascii() else SMTP.max_line_length
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit", max_line_length=longest))
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(written_at)
    mail["Message-ID"] = message_id(message.key, sender)
    mail["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday answers
    mail.set_content(text, charset="utf-8")
    return mail
