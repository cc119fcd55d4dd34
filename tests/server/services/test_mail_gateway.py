"""E-mails against a real mail server: what arrives, and what each refusal and break means."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from server.config import Mail
from server.services.gateway import FAILED, PERHAPS, REFUSED, SENT, Answer, Parcel
from server.services.mail_gateway import MailGateway

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TEXT = "Результаты за 7–11 декабря\n\nЕгор, 7 «А» класс\n.\nточка в начале строки"


class Box:
    """A mail server's mind: full boxes, unknown ones, and one during which the line breaks."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such user here"
        if address.startswith("busy"):
            return "450 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.sessions.add(id(session))
        if envelope.rcpt_tos[0].startswith("breaks"):
            server.transport.abort()
            return "250 OK"
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 looks like spam"
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def mailbox(**options: object) -> Iterator[tuple[Box, Mail]]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield box, Mail("127.0.0.1", port, "none", sender="Лесная школа <school@example.org>", timeout=5)
    finally:
        controller.stop()


def parcel(to: str, n: int = 1) -> Parcel:
    return Parcel(f"{n:032d}", to, TEXT, "Результаты\nза неделю")


def gateway(settings: Mail) -> MailGateway:
    return MailGateway(settings, lambda: NOW)


def test_what_arrives_is_what_was_written():
    with mailbox() as (box, settings):
        sender = gateway(settings)
        assert sender.send(parcel("anna@example.org")) == Answer(SENT)
        sender.close()
    [mail] = box.got
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == TEXT
    assert mail["Subject"] == "Результаты за неделю" and mail["To"] == "anna@example.org"
    assert mail["From"] == "Лесная школа <school@example.org>"
    assert mail["Message-ID"] == f"<{1:032d}@example.org>" and mail["Auto-Submitted"] == "auto-generated"


def test_each_recipient_has_an_answer_of_its_own_on_one_connection():
    with mailbox() as (box, settings):
        sender = gateway(settings)
        names = ("anna", "nobody", "busy", "spam", "oleg")
        answers = [sender.send(parcel(f"{name}@a.example", n)).state for n, name in enumerate(names)]
        sender.close()
    assert answers == [SENT, REFUSED, FAILED, REFUSED, SENT]
    assert [mail["To"] for mail in box.got] == ["anna@a.example", "oleg@a.example"]
    assert len(box.sessions) == 1


def test_a_line_that_breaks_after_the_text_leaves_it_open_and_the_next_goes_on():
    with mailbox() as (box, settings):
        sender = gateway(settings)
        assert sender.send(parcel("breaks@a.example")) == Answer(PERHAPS, "broke_off")
        assert sender.send(parcel("anna@a.example", 2)) == Answer(SENT)
        sender.close()
    assert [mail["To"] for mail in box.got] == ["anna@a.example"]


def test_a_server_that_is_not_there_has_taken_nothing():
    with mailbox() as (_box, settings):
        pass
    assert gateway(settings).send(parcel("anna@a.example")) == Answer(FAILED, "unreachable")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_login_is_used_and_a_wrong_one_is_told():
    def check(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=right, handled=right)

    with mailbox(authenticator=check, auth_required=True, auth_require_tls=False) as (box, settings):
        for password, wanted in (("right", Answer(SENT)), ("wrong", Answer(FAILED, "mail_login"))):
            sender = gateway(Mail(settings.host, settings.port, "none", "school", password, settings.sender, 5))
            assert sender.send(parcel("anna@a.example")) == wanted
            sender.close()
    assert len(box.got) == 1


def test_a_server_without_starttls_gets_no_password():
    with mailbox() as (box, settings):
        sender = gateway(Mail(settings.host, settings.port, "starttls", "school", "secret", settings.sender, 5))
        assert sender.send(parcel("anna@a.example")) == Answer(FAILED, "unreachable")
    assert box.got == []


def test_an_address_that_is_none_is_refused():
    with mailbox() as (box, settings):
        sender = gateway(settings)
        assert sender.send(parcel("anna\r\nRCPT TO:<eve@a.example>")).state == REFUSED
        sender.close()
    assert box.got == []
