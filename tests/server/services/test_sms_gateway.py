"""SMS through an HTTP gateway: what is posted, and what each of its answers and silences means."""

import json
import logging
from urllib.parse import parse_qs

import pytest

from server.config import Sms, read_config
from server.errors import DomainError
from server.services.gateway import FAILED, PERHAPS, REFUSED, SENT, Answer, Parcel
from server.services.sms_gateway import SmsGateway
from tests.server import sms_double
from tests.server.sms_double import SmsDouble, listening

PARCEL = Parcel("d" * 32, "+79990000001", 'Егор: "5" & {to}\nШкола')


def answer(mode: str, **settings: object) -> tuple[Answer, SmsDouble]:
    double = SmsDouble(mode)
    with listening(double) as url:
        return SmsGateway(Sms(url, **settings)).send(PARCEL), double


def test_json_is_posted_with_the_text_as_it_is():
    said, double = answer("ok", header="Authorization: Bearer secret", accepted="result.0.code=0")
    [got] = double.got
    assert said == Answer(SENT)
    assert json.loads(got.body) == {"to": PARCEL.to, "text": PARCEL.text}
    assert got.headers["HTTP_AUTHORIZATION"] == "Bearer secret"
    assert got.headers["HTTP_IDEMPOTENCY_KEY"] == PARCEL.id


def test_a_form_is_posted_where_the_template_is_one():
    said, double = answer("ok", body="phones={to}&mes={text}&id={id}&charset=utf-8")
    assert said == Answer(SENT)
    assert parse_qs(double.got[0].body) == {"phones": [PARCEL.to], "mes": [PARCEL.text], "id": [PARCEL.id],
                                            "charset": ["utf-8"]}  # fmt: skip
    assert double.got[0].kind == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("mode", "accepted", "state"),
    [
        ("ok", "status=OK", SENT), ("ok", "status=QUEUED", REFUSED), ("ok", "", SENT), ("error", "", FAILED),
        ("refuse", "", REFUSED), ("odd", "status=OK", PERHAPS), ("html", "status=OK", PERHAPS), ("html", "", SENT),
        ("away", "", REFUSED), ("odd", "hm.7=1", PERHAPS),
    ],
)  # fmt: skip
def test_what_an_answer_means(mode: str, accepted: str, state: str):
    said, double = answer(mode, accepted=accepted)
    assert said.state == state
    assert len(double.got) == 1, "nothing is asked twice, and no redirect is followed"


def test_a_slow_gateway_may_have_taken_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sms_double, "PAUSE", 0.6)
    said, _double = answer("slow", timeout=0.2)
    assert said == Answer(PERHAPS, "no_answer")


def test_a_gateway_that_is_down_has_taken_nothing():
    with listening(SmsDouble()) as url:
        pass
    assert SmsGateway(Sms(url)).send(PARCEL) == Answer(FAILED, "unreachable")


def test_nothing_secret_is_written_down(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        said, _double = answer("error", header="Authorization: Bearer secret")
    settings = Sms("http://127.0.0.1/?key=secret", header="X-Key: secret")
    assert "secret" not in caplog.text + repr(settings) + repr(said)
    assert PARCEL.to not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"KORABLIK_SMS_URL": "ftp://gateway/"}, {"KORABLIK_SMS_URL": "http://g/", "KORABLIK_SMS_BODY": '{"to": {to}}'},
        {"KORABLIK_SMS_URL": "http://g/", "KORABLIK_SMS_HEADER": "Authorization Bearer"},
        {"KORABLIK_SMS_URL": "http://g/", "KORABLIK_SMS_HEADER": "A: b\r\nInjected: c"},
        {"KORABLIK_SMS_URL": "http://g/", "KORABLIK_SMS_ACCEPTED": "yes"},
        {"KORABLIK_SMTP_HOST": "mail", "KORABLIK_SMTP_FROM": "nobody"},
        {"KORABLIK_SMTP_HOST": "mail", "KORABLIK_SMTP_FROM": "a@b.c", "KORABLIK_SMTP_SECURITY": "ssl"},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(wrong: dict[str, str]):
    with pytest.raises(DomainError) as refused:
        read_config(wrong)
    assert refused.value.code == "setting_invalid"


def test_settings_are_read():
    config = read_config({
        "KORABLIK_SMS_URL": "https://sms.example/send", "KORABLIK_SMS_HEADER": "X-Key: k", "KORABLIK_SMS_TIMEOUT": "5",
        "KORABLIK_SMTP_HOST": "mail.example", "KORABLIK_SMTP_FROM": "Школа <school@example.org>",
        "KORABLIK_SMTP_PASSWORD": "hidden",
    })  # fmt: skip
    assert config.sms is not None and (config.sms.header, config.sms.timeout) == ("X-Key: k", 5)
    assert config.mail is not None and (config.mail.port, config.mail.security) == (587, "starttls")
    assert "hidden" not in repr(config)
    assert read_config({}).mail is None and read_config({}).sms is None
