"""One mail over SMTP: what may pass is tried again after a while, anything else says what to mend.

Whether it was sent before is the business of `outbox`.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage

from ingest.errors import SangamError
from orchestration.mail.mail_settings import MailServer

TIMEOUT = 10.0  # seconds for one answer of the server
WAITS = (1.0, 4.0)  # seconds before each further try; what fails then is tried again from the outbox


class NotSent(SangamError):  # noqa: N818 - a state of a mail, told to a person
    """A mail that was not taken, with what to do.

    `is_of_address`: another address may be taken; `is_final`: and this one never, however often it is tried.
    """

    def __init__(self, message: str, *, is_of_address: bool = False, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_of_address, self.is_final = is_of_address, is_final


def send(server: MailServer, mail: EmailMessage) -> None:
    """Send a mail to its one address.

    Raises NotSent where the server refuses it, or cannot be reached or does not take it after further tries (WAITS).
    """
    for wait in (*WAITS, None):
        try:
            with _connected(server) as connection:
                connection.send_message(mail)
                return
        except (OSError, smtplib.SMTPException) as error:
            if wait is None or not _may_pass(error):
                raise _told(server, mail, error) from error
            time.sleep(wait)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        yield connection
    finally:
        _leave(connection)


def _leave(connection: smtplib.SMTP) -> None:
    """Say good-bye; a server that has gone, or has the mail already, changes nothing any more."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def _refusals(error: Exception) -> list[tuple[int, bytes]]:
    """The codes, with their words, by which a server refuses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        refused: Mapping[str, tuple[int, bytes]] = error.recipients
        return list(refused.values())
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return [(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())]
    return []


def _may_pass(error: Exception) -> bool:
    """Whether the same may go well in a while: the network, a server that starts, a code of 400 to 499."""
    if codes := _refusals(error):
        return all(400 <= code < 500 for code, _ in codes) or codes[0][0] == -1
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return False
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    return isinstance(error, smtplib.SMTPServerDisconnected | OSError)


def _told(server: MailServer, mail: EmailMessage, error: Exception) -> NotSent:
    """What went wrong and what to mend, by what the server answered."""
    where = f"{server.host}:{server.port} (SANGAM_SMTP_HOST, SANGAM_SMTP_PORT)"
    codes = _refusals(error)
    answer = "; ".join(f"{code} {words.decode(errors='replace')}" for code, words in codes) or str(error)
    answer = " ".join(answer.split())
    match error:
        case smtplib.SMTPAuthenticationError():
            say = (
                f"does not take the log-in of '{server.user}': mend SANGAM_SMTP_USER and SANGAM_SMTP_PASSWORD"
            )
        case smtplib.SMTPRecipientsRefused():
            is_final = any(code >= 500 for code, _ in codes)
            say = f"takes no mail for {mail['To']}: mend the address where it is named (SANGAM_MAIL_TO, a region's "
            say += "'contacts', a donor's 'officers'), or allow it at the server"
            words = f"The mail server {where} {say}. It answered: {answer}"
            return NotSent(words, is_of_address=True, is_final=is_final)
        case smtplib.SMTPSenderRefused():
            say = f"takes no mail from {server.sender}: mend SANGAM_MAIL_FROM, or allow it at the server"
        case smtplib.SMTPNotSupportedError():
            say = f"does not offer what SANGAM_SMTP_SECURITY={server.security} or the log-in needs: mend the variable"
        case ssl.SSLCertVerificationError():
            say = "shows a certificate that is not trusted here: mend the host's name, or name the authority's file in "
            say += "SSL_CERT_FILE"
        case ssl.SSLError():
            say = f"does not speak TLS as SANGAM_SMTP_SECURITY={server.security} has it: mend that variable or the port"
        case socket.gaierror():
            say = "is not known by that name: mend SANGAM_SMTP_HOST"
        case smtplib.SMTPResponseException():
            say = "did not take the mail"
        case _:
            say = "does not answer: mend host and port, or wait until it is back"
    return NotSent(f"The mail server {where} {say}. It answered: {answer}")
