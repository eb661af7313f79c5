"""Mail over a real SMTP server: what is on the wire, what is tried again, and that nothing is sent twice."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import SangamError
from orchestration.mail import outbox
from orchestration.mail.mail_settings import engineers, mail_server, ui_url
from orchestration.mail.message import WIDTH, Message, message_id, one_line
from tests import mail_server as server
from tests.mail_server import ENGINEER, SENDER, Post

OTHER = "second@example.org"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A server that the environment names."""
    with server.running() as running:
        server.use(monkeypatch, running.port)
        yield running


def message(
    key: str = "alert/a-run",
    subject: str = "It failed",
    body: str = "Why.",
    to: tuple[str, ...] = (ENGINEER,),
) -> Message:
    return Message(key, to, subject, (body,))


# ------------------------------------------------------------------------------------------------ what is sent


def test_a_mail_is_plain_wrapped_and_says_that_a_program_wrote_it(home: Path, post: Post) -> None:
    long = "A sentence of many words that goes on for longer than a line may. " * 4
    link = "http://x.example.org/" + "a" * 90
    outbox.post(home, Message("alert/a", (ENGINEER,), "Subject", (long, "", "- " + long, link)))
    (taken,) = post.taken
    assert taken.to == [ENGINEER] and taken.mail["From"] == SENDER and taken.mail["To"] == ENGINEER
    assert taken.mail.get_content_type() == "text/plain" and taken.mail["Auto-Submitted"] == "auto-generated"
    lines = taken.text.splitlines()
    assert max(len(line) for line in lines if "http" not in line) <= WIDTH
    assert link in lines  # an address is no use in two parts
    assert " ".join(taken.text.split()).count("goes on for longer") == 8
    assert [line[:2] for line in lines if line.startswith("- ")] == ["- "]
    assert any(line.startswith("  ") for line in lines)  # what follows stands under its bullet


def test_letters_of_other_scripts_arrive(home: Path, post: Post) -> None:
    outbox.post(home, message(subject="वापसी पर्ची", body="واپسی کی پرچی; क्‍ष with its joiner"))
    (taken,) = post.taken
    assert (taken.subject, taken.text) == ("वापसी पर्ची", "واپسی کی پرچی; क्‍ष with its joiner\n")


def test_a_long_subject_arrives_as_it_is(home: Path, post: Post) -> None:
    for number, words in enumerate(
        ("a donor's quarter is overdue: not signed off (and 1 more)", "वापसी पर्ची, सिंध, मार्च")
    ):
        subject = f"{words} {words} {words}"
        outbox.post(home, message(f"alert/{number}", subject, body=words))
        assert post.taken[-1].subject == subject
        assert max(map(len, post.taken[-1].raw.splitlines())) < (200 if subject.isascii() else 79)


@pytest.mark.parametrize(
    "name",
    [
        "a.xls\r\nBcc: thief@example.org",
        "a.xls\nBcc: thief@example.org",
        "a.xls\rBcc: thief@example.org",
        "a.xls\u2028Bcc: thief@example.org",
        "a.xls\x00\x0b\x0c\x85Bcc: thief@example.org",
        "a.xls\r\n\r\nBcc: thief@example.org\r\n.\r\nMAIL FROM:<thief@example.org>",
        "=?utf-8?q?a=0D=0ABcc:_thief@example.org?=",
    ],
)
def test_a_file_name_adds_no_header_and_no_mail(home: Path, post: Post, name: str) -> None:
    outbox.post(home, message(subject=f"{name} was refused", body=f"{name} was refused"))
    (taken,) = post.taken
    assert taken.to == [ENGINEER]
    assert sorted(taken.mail.keys()) == sorted(
        [
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
            "Content-Transfer-Encoding", "MIME-Version",
        ]
    )  # fmt: skip
    assert taken.subject.endswith("was refused") and not re.search(rb"^\s*bcc:", taken.raw, re.I | re.M)
    assert len(taken.text.splitlines()) == 1


def test_what_turns_a_line_is_taken_out() -> None:
    assert one_line("a\u202eslx.exe\u200f b\u0007c") == "a slx.exe b c"
    assert one_line("क्\u200dष") == "क्\u200dष"


def test_a_key_that_is_no_path_of_words_is_refused() -> None:
    for key in (
        "alert/../../etc/x",
        "/alert",
        "alert",
        "alert/",
        "alert/a b",
        "alert//a",
        "alert/.x",
        "alert/a\n",
    ):
        with pytest.raises(SangamError, match="cannot name a mail"):
            message(key)


# ------------------------------------------------------------------------------------------------ once


def test_the_same_key_is_sent_once(home: Path, post: Post) -> None:
    first = outbox.post(home, message())
    assert outbox.post(home, message(subject="Other words")) == first
    assert outbox.send_waiting(home) == 0
    assert len(post.taken) == 1 and first.state == "sent" and "went to" in first.said
    assert json.loads((home / "mail" / "alert" / "a-run.json").read_text())["state"] == "sent"
    assert list((home / "mail").rglob("*.part")) == []


def test_several_at_once_send_one(home: Path, post: Post) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: outbox.post(home, message()), range(8)))
    assert len(post.taken) == 1 and {note.state for note in found} == {"sent"}


def test_the_message_id_is_of_the_key_alone(home: Path, post: Post, tmp_path: Path) -> None:
    outbox.post(home, message())
    outbox.post(tmp_path / "another", message(subject="Other words"))
    outbox.post(home, message("alert/b"))
    ids = [taken.mail["Message-ID"] for taken in post.taken]
    assert ids[0] == ids[1] == message_id("alert/a-run", SENDER) and ids[2] != ids[0]
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", ids[0])


def test_a_kill_between_writing_and_sending_forgets_nothing(home: Path, post: Post) -> None:
    outbox.post(home, message(to=(ENGINEER, OTHER)))
    path = home / "mail" / "alert" / "a-run.json"
    note = json.loads(path.read_text())
    path.write_text(json.dumps(note | {"state": "waiting", "sent": {ENGINEER: note["sent"][ENGINEER]}}))
    assert outbox.send_waiting(home) == 1
    assert [taken.to for taken in post.taken] == [[ENGINEER], [OTHER], [OTHER]]
    assert post.taken[1].raw == post.taken[2].raw  # so that a reader knows the repeat for one


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_a_passing_trouble_is_waited_out(home: Path, post: Post) -> None:
    post.data += ["451 busy", "421 later"]
    assert outbox.post(home, message()).state == "sent"
    assert (post.tries, len(post.taken)) == (3, 1)


def test_a_server_that_stays_away_is_told_and_nothing_counts_as_sent(home: Path, post: Post) -> None:
    post.data += ["451 busy"] * 3
    with pytest.raises(SangamError, match=r"127.0.0.1:\d+ .* did not take the mail\. It answered: 451 busy"):
        outbox.post(home, message())
    note = outbox.note_of(home, "alert/a-run")
    assert note and (note.state, note.sent) == ("waiting", {}) and "451 busy" in note.why
    assert outbox.send_waiting(home) == 1
    assert [taken.subject for taken in post.taken] == ["It failed"]


def test_no_server_at_all_names_host_and_port(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = server.free_port()
    server.use(monkeypatch, port)
    for _ in range(2):  # the second finds it waiting
        with pytest.raises(
            SangamError, match=f"127.0.0.1:{port} .SANGAM_SMTP_HOST, SANGAM_SMTP_PORT. does not answer"
        ):
            outbox.post(home, message()) if outbox.note_of(
                home, "alert/a-run"
            ) is None else outbox.send_waiting(home)
    with server.running() as late:
        server.use(monkeypatch, late.port)
        assert outbox.send_waiting(home) == 1 and len(late.taken) == 1


def test_a_mail_that_nobody_took_for_three_days_is_given_up(home: Path, post: Post) -> None:
    post.data += ["451 busy"] * 3
    with pytest.raises(SangamError):
        outbox.post(home, message())
    later = datetime.now(UTC) + timedelta(days=3, minutes=1)
    assert outbox.send_waiting(home, later) == 0 and post.taken == []
    note = outbox.note_of(home, "alert/a-run")
    assert note and note.state == "not sent" and "451 busy" in note.said


def test_an_address_that_is_refused_keeps_it_from_nobody(home: Path, post: Post) -> None:
    post.rcpt[ENGINEER] = "550 nobody of that name"
    with pytest.raises(SangamError, match=f"takes no mail for {ENGINEER}: mend the address .*SANGAM_MAIL_TO"):
        outbox.post(home, message(to=(ENGINEER, OTHER)))
    assert [taken.to for taken in post.taken] == [[OTHER]]
    assert outbox.send_waiting(home) == 0 and len(post.taken) == 1  # neither of them is tried again
    note = outbox.note_of(home, "alert/a-run")
    assert note and note.state == "sent" and list(note.refused) == [ENGINEER]


def test_an_address_that_is_put_off_gets_it_later_alone(home: Path, post: Post) -> None:
    post.rcpt[ENGINEER] = "450 grey-listed"
    with pytest.raises(SangamError, match="450 grey-listed"):
        outbox.post(home, message(to=(ENGINEER, OTHER)))
    post.rcpt.clear()
    assert outbox.send_waiting(home) == 1
    assert [taken.to for taken in post.taken] == [[OTHER], [ENGINEER]]


def test_a_refused_mail_is_not_tried_again_at_once(home: Path, post: Post) -> None:
    post.data += ["554 looks like spam"]
    with pytest.raises(SangamError, match="554 looks like spam"):
        outbox.post(home, message())
    assert post.tries == 1


def test_without_a_server_it_is_kept_and_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANGAM_SMTP_HOST", raising=False)
    note = outbox.post(home, message(to=()))
    assert note.state == "not sent" and "SANGAM_SMTP_HOST is not set" in note.said
    assert "mail/alert/a-run.json" in note.said
    kept = json.loads((home / "mail" / "alert" / "a-run.json").read_text())
    assert (kept["subject"], kept["body"]) == ("It failed", ["Why."])
    with server.running() as late:
        server.use(monkeypatch, late.port)
        assert outbox.send_waiting(home) == 0 and late.taken == []  # what was not to be sent stays so


# ------------------------------------------------------------------------------------------------ TLS and log-in


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")  # TLS is around it
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_over_tls_with_a_log_in(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    pem = server.certificate(tmp_path)
    more = {}
    if security == "tls":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pem)
        more = {"ssl_context": context, "auth_require_tls": False}
    with server.running(pem if security == "starttls" else None, ("sangam", "right"), **more) as running:
        words = {"SMTP_SECURITY": security, "SMTP_USER": "sangam", "SMTP_PASSWORD": "wrong"}
        server.use(monkeypatch, running.port, **words)
        with pytest.raises(SangamError, match=r"certificate that is not trusted .*SSL_CERT_FILE"):
            outbox.post(home, message())
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with pytest.raises(
            SangamError, match="log-in of 'sangam': mend SANGAM_SMTP_USER and SANGAM_SMTP_PASSWORD"
        ) as told:
            outbox.send_waiting(home)
        assert "wrong" not in str(told.value)
        monkeypatch.setenv("SANGAM_SMTP_PASSWORD", "right")
        assert outbox.send_waiting(home) == 1
        (taken,) = running.taken
        assert taken.user == "sangam" and (
            taken.over_tls or security == "tls"
        )  # a TLS port takes nothing else


def test_a_server_without_starttls_gets_nothing(
    home: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANGAM_SMTP_SECURITY", "starttls")
    with pytest.raises(SangamError, match="does not offer what SANGAM_SMTP_SECURITY=starttls"):
        outbox.post(home, message())
    assert post.taken == []


# ------------------------------------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"MAIL_FROM": ""}, "SANGAM_MAIL_FROM is not set"),
        ({"MAIL_FROM": "sangam"}, "SANGAM_MAIL_FROM: 'sangam' is no e-mail address"),
        ({"SMTP_PORT": "smtp"}, "SANGAM_SMTP_PORT is 'smtp', expected a number such as 25"),
        ({"SMTP_SECURITY": "ssl"}, "SANGAM_SMTP_SECURITY is 'ssl', expected one of starttls, tls, none"),
        ({"SMTP_USER": "sangam"}, "SANGAM_SMTP_USER and SANGAM_SMTP_PASSWORD go together"),
        (
            {"SMTP_HOST": "mail.example.org", "SMTP_USER": "u", "SMTP_PASSWORD": "p"},
            "password to mail.example.org in clear",
        ),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(
    monkeypatch: pytest.MonkeyPatch, words: dict[str, str], told: str
) -> None:
    server.use(monkeypatch, 25, **words)
    with pytest.raises(SangamError, match=re.escape(told)):
        mail_server()


def test_ports_go_with_the_security_and_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    server.use(monkeypatch, 25, SMTP_USER="u", SMTP_PASSWORD="hidden")
    monkeypatch.delenv("SANGAM_SMTP_PORT")
    found = {}
    for word in ("", "starttls", "tls", "none"):
        monkeypatch.setenv("SANGAM_SMTP_SECURITY", word)
        named = mail_server()
        assert named and "hidden" not in repr(named)
        found[word] = named.port
    assert found == {"": 587, "starttls": 587, "tls": 465, "none": 25}


def test_engineers_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGAM_MAIL_TO", f" {ENGINEER}, {OTHER},{ENGINEER} ,")
    assert engineers() == (ENGINEER, OTHER)
    monkeypatch.setenv("SANGAM_MAIL_TO", f"{ENGINEER}; {OTHER}")
    with pytest.raises(SangamError, match=r"SANGAM_MAIL_TO: .* is no e-mail address"):
        engineers()


def test_links_may_have_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANGAM_UI_URL", raising=False)
    assert ui_url("runs/1") == "http://127.0.0.1:3000/runs/1"
    monkeypatch.setenv("SANGAM_UI_URL", "https://data.example.org/sangam/")
    assert ui_url("/runs/1") == "https://data.example.org/sangam/runs/1"
