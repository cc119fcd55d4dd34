"""E-mails through the school's mail server: one connection for many, an answer for each recipient."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from server.config import Mail
from server.services.gateway import FAILED, PERHAPS, REFUSED, SENT, Answer, Parcel


class MailGateway:
    """An open connection, made when it is first needed; close it when the batch has ended."""

    def __init__(self, settings: Mail, clock: Callable[[], datetime]):
        self.settings, self._clock = settings, clock
        self._server: smtplib.SMTP | None = None

    def send(self, parcel: Parcel) -> Answer:
        """Hand one e-mail over. Never raises for what a mail server or the network does."""
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError:
            return Answer(FAILED, "mail_login")
        except (OSError, smtplib.SMTPException):
            self.close()
            return Answer(FAILED, "unreachable")
        try:
            server.send_message(self._message(parcel), parseaddr(self.settings.sender)[1], [parcel.to])
        except smtplib.SMTPRecipientsRefused as error:
            (code, _words), *_rest = error.recipients.values()
            return Answer(FAILED, "busy") if 400 <= code < 500 else Answer(REFUSED, "no_mailbox")
        except smtplib.SMTPSenderRefused as error:
            self.close()
            return Answer(FAILED if error.smtp_code < 500 else REFUSED, "sender")
        except smtplib.SMTPDataError as error:
            return Answer(FAILED, "busy") if error.smtp_code < 500 else Answer(REFUSED, "text_refused")
        except (OSError, smtplib.SMTPException):  # gone in the middle: the server may have taken it
            self.close()
            return Answer(PERHAPS, "broke_off")
        except (ValueError, UnicodeError):
            return Answer(REFUSED, "no_mailbox")
        return Answer(SENT)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._server is not None:
            server, self._server = self._server, None
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        own = self.settings
        context = ssl.create_default_context()
        if own.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(own.host, own.port, timeout=own.timeout, context=context)
        else:
            server = smtplib.SMTP(own.host, own.port, timeout=own.timeout)
        try:
            if own.security == "starttls":
                server.starttls(context=context)
            if own.user:
                server.login(own.user, own.password)
        except BaseException:
            server.close()
            raise
        self._server = server
        return server

    def _message(self, parcel: Parcel) -> EmailMessage:
        """The same delivery always has the same Message-ID: a mailbox that gets it twice can tell."""
        message = EmailMessage()
        message["From"] = self.settings.sender
        message["To"] = parcel.to
        message["Subject"] = " ".join(parcel.subject.split())
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{parcel.id}@{parseaddr(self.settings.sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(parcel.text, charset="utf-8")
        return message
