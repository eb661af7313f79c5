"""How and to whom mail goes, from the environment: SANGAM_SMTP_*, SANGAM_MAIL_FROM, SANGAM_MAIL_TO, SANGAM_UI_URL."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal, get_args

from ingest.contracts.word import is_mail_address
from ingest.errors import SangamError

Security = Literal["starttls", "tls", "none"]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class MailServer:
    """The server that takes our mail, and whom it comes from."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server() -> MailServer | None:
    """The server that the environment names; None without SANGAM_SMTP_HOST: then nothing is sent.

    Raises SangamError, naming the variable, where one of them cannot be meant so.
    """
    host = os.environ.get("SANGAM_SMTP_HOST", "").strip()
    if not host:
        return None
    security = _security()
    user, password = os.environ.get("SANGAM_SMTP_USER", ""), os.environ.get("SANGAM_SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise SangamError(
            "SANGAM_SMTP_USER and SANGAM_SMTP_PASSWORD go together: set both, or neither for a server without log-in."
        )
    if user and security == "none" and host not in _LOOPBACK:
        raise SangamError(
            f"SANGAM_SMTP_SECURITY=none would send the password to {host} in clear: set it to starttls or tls."
        )
    sender = os.environ.get("SANGAM_MAIL_FROM", "").strip()
    if not sender:
        raise SangamError(
            "SANGAM_MAIL_FROM is not set: the address that mails come from, such as sangam@example.org."
        )
    return MailServer(host, _port(security), security, _address("SANGAM_MAIL_FROM", sender), user, password)


def _security() -> Security:
    word = os.environ.get("SANGAM_SMTP_SECURITY", "").strip().lower() or "starttls"
    for known in get_args(Security):
        if word == known:
            return known
    raise SangamError(f"SANGAM_SMTP_SECURITY is '{word}', expected one of {', '.join(get_args(Security))}.")


def _port(security: Security) -> int:
    text = os.environ.get("SANGAM_SMTP_PORT", "").strip()
    if not text:
        return _PORTS[security]
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SangamError(f"SANGAM_SMTP_PORT is '{text}', expected a number such as {_PORTS[security]}.")
    return int(text)


def engineers() -> tuple[str, ...]:
    """Those of SANGAM_MAIL_TO; none where it is not set. Raises SangamError for what is no address."""
    words = os.environ.get("SANGAM_MAIL_TO", "").split(",")
    return tuple(dict.fromkeys(_address("SANGAM_MAIL_TO", word.strip()) for word in words if word.strip()))


def _address(variable: str, text: str) -> str:
    try:
        return is_mail_address(text)
    except ValueError as error:
        raise SangamError(f"{variable}: {error}") from error


def ui_url(path: str) -> str:
    """The address of a page of the Dagster UI: SANGAM_UI_URL, which may end in a prefix, before `path`."""
    base = os.environ.get("SANGAM_UI_URL", "").strip() or "http://127.0.0.1:3000"
    return f"{base.rstrip('/')}/{path.lstrip('/')}"
