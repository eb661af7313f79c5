"""What all words of a contract have in common."""

from __future__ import annotations

import re
import zoneinfo
from email.errors import MessageError
from email.headerregistry import Address
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from ingest.contracts.faults import did_you_mean


class Word(BaseModel):
    """Base of all contract words: an unknown key is a spelling mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}.") from error
    return pattern


Regex = Annotated[str, AfterValidator(_compiles)]


def _is_an_encoding(name: str) -> str:
    try:
        if name:
            "".encode(name)
    except LookupError as error:
        raise ValueError(
            f"'{name}' is no encoding of text; write it as utf-8, utf-16, windows-1252, windows-1256."
        ) from error
    return name


Encoding = Annotated[str, AfterValidator(_is_an_encoding)]


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # reads hundreds of files each time it is asked


def _is_a_time_zone(name: str) -> str:
    known = _time_zones() if name and name != "UTC" else frozenset()
    if known and name not in known:
        raise ValueError(f"there is no time zone '{name}'{did_you_mean(name, known)}")
    return name


TimeZone = Annotated[str, AfterValidator(_is_a_time_zone)]


def is_mail_address(text: str) -> str:
    """The e-mail address, where it is one that any server takes. Raises ValueError otherwise."""
    try:
        address = Address(addr_spec=text)
        sound = text.isascii() and text.isprintable() and "." in address.domain and bool(address.username)
    except (ValueError, IndexError, MessageError):
        sound = False
    if not sound or re.search(r"[\s,;:<>]|\.\.|\.$", text):
        raise ValueError(f"'{text}' is no e-mail address; write it as name@example.org.")
    return text


MailAddress = Annotated[str, AfterValidator(is_mail_address)]


def in_order(needs: dict[str, set[str]]) -> list[str]:
    """The names with those they need first. Raises ValueError where they go round in a circle."""
    done: list[str] = []
    waiting = dict(needs)
    while waiting:
        ready = [name for name, needed in waiting.items() if needed <= set(done)]
        if not ready:
            raise ValueError(f"The references among {', '.join(waiting)} go round in a circle.")
        done += ready
        for name in ready:
            del waiting[name]
    return done
