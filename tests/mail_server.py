"""A real SMTP server on loopback for tests: it keeps what it takes, and refuses what it is told to refuse."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SENDER, ENGINEER = "sangam@example.org", "engineer@example.org"


@dataclass
class Taken:
    """A mail that the server took, with its envelope."""

    to: list[str]
    mail: EmailMessage
    raw: bytes
    over_tls: bool
    user: str

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        """The body as a reader shows it."""
        return str(self.mail.get_content()).replace("\r\n", "\n")


@dataclass
class Post:
    """What the server took, and what it is still to say instead: `data` for whole mails, `rcpt` by address."""

    port: int
    taken: list[Taken] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    tries: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.tries += 1
        if self.data:
            return self.data.pop(0)
        raw = envelope.content
        assert isinstance(raw, bytes)
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        user = session.auth_data.login.decode() if session.auth_data else ""
        self.taken.append(Taken(list(envelope.rcpt_tos), mail, raw, session.ssl is not None, user))
        return "250 taken"


@contextlib.contextmanager
def running(
    certificate: Path | None = None, login: tuple[str, str] | None = None, **more: Any
) -> Iterator[Post]:
    """The server on a free port; with a certificate it asks for STARTTLS, with a log-in for that one."""
    post = Post(free_port())
    words: dict[str, Any] = dict(more)
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        words |= {"tls_context": context, "require_starttls": True}
    if login:
        given = LoginPassword(login[0].encode(), login[1].encode())

        def check(*found: Any) -> AuthResult:
            return AuthResult(success=found[-1] == given, handled=False, auth_data=found[-1])

        words |= {"auth_required": True, "authenticator": check}
    controller = Controller(post, hostname="127.0.0.1", port=post.port, **words)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def use(patch: pytest.MonkeyPatch, port: int, **more: str) -> None:
    """Point the environment at a server on loopback; it is tried again at once."""
    words = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
    words |= {"MAIL_FROM": SENDER, "MAIL_TO": ENGINEER}
    for name, value in (words | more).items():
        patch.setenv(f"SANGAM_{name}", value)
    patch.setattr("orchestration.mail.smtp.WAITS", (0.0, 0.0))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    at = folder / "server.pem"
    at.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return at
