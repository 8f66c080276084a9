"""The embedded mail catcher: takes every mail that comes to its port and keeps it as a file. Nothing goes further."""

import asyncio
import os
import re
import socket
from collections.abc import Coroutine
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as Received
from pydantic import AwareDatetime

from activities.ports import Attachment
from adapters.mail.composer import MARK
from adapters.private import private_directory, private_file, private_files
from domain.values import Model

_HOST: Final = "127.0.0.1"
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
_SLUG: Final = 80
_NUMBERED: Final = re.compile(r"(\d+)-.*\.eml")


class PortTaken(RuntimeError):
    """The catcher cannot listen where it should: most likely another program does."""

    def __init__(self, port: int, why: str | None) -> None:
        super().__init__(f"mail catcher: no listening on {_HOST}:{port} ({why}); stop what uses it or set another port")
        self.port = port


class CaughtMail(Model):
    """A mail as its reader would have it."""

    path: Path
    kind: str
    """The template it was written from, when we wrote it."""

    to: str
    subject: str
    sent_at: AwareDatetime | None
    message_id: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


class MailCatcher(Controller):
    """Listens on 127.0.0.1 from `start()` to `stop()`, or inside a `with`; port 0 takes any free one, see `port`."""

    def __init__(self, directory: Path, port: int, save_attachments: bool = True) -> None:
        super().__init__(_Keeper(directory, save_attachments), hostname=_HOST, port=port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Raises PortTaken."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, self.port))
        except OSError as failure:
            listening.close()
            raise PortTaken(self.port, failure.strerror) from None
        self.port = listening.getsockname()[1]
        self._listening = listening
        super().start()

    def factory(self) -> SMTP:
        """Called by aiosmtpd for each connection."""
        return _Dialogue(self.handler, **self.SMTP_kwargs)

    def _create_server(self) -> Coroutine[Any, Any, asyncio.Server]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


class _Dialogue(SMTP):
    """Answers mail programs. What a web page could send here begins like HTTP, and has its say no further."""

    async def _no_page(self, _rest: str | None) -> None:
        await self.push("421 this is no web server")
        if self.transport:
            self.transport.close()


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Dialogue, f"smtp_{_method}", _Dialogue._no_page)


class _Keeper:
    """Called by aiosmtpd for each mail, one at a time."""

    def __init__(self, directory: Path, save_attachments: bool) -> None:
        private_files(private_directory(directory))
        self._directory = directory
        self._save_attachments = save_attachments
        self._last = max((number for number, _ in _numbered(directory)), default=0)

    async def handle_DATA(self, _server: SMTP, _session: Session, received: Received) -> str:  # noqa: N802 - its name
        """Answers 250 only when the mail is a file."""
        content = received.original_content or b""
        number = self._last + 1
        stem = f"{number:04}-{_slug(content)}"
        try:
            _write(self._directory / f"{stem}.eml", content)
        except OSError as failure:
            return f"451 could not be kept: {failure.strerror}"
        self._last = number
        if self._save_attachments:
            self._keep_attachments(number, content)
        return "250 kept"

    def _keep_attachments(self, number: int, content: bytes) -> None:
        for attachment in _attachments(_parsed(content)):
            name = _UNFIT.sub("-", attachment.name).strip(".-") or "attachment"
            _write(self._directory / f"{number:04}-{name[-_SLUG:]}", attachment.content)


def read_mails(directory: Path, named: str = "*") -> list[CaughtMail]:
    """Every caught mail, oldest first; or those whose file is named like this."""
    return [_caught(path) for _, path in sorted(_numbered(directory, named))]


def _numbered(directory: Path, named: str = "*") -> list[tuple[int, Path]]:
    found = ((_NUMBERED.fullmatch(path.name), path) for path in directory.glob(f"{named}.eml"))
    return [(int(name[1]), path) for name, path in found if name]


def _slug(content: bytes) -> str:
    """What the mail is, in a file name: its mark when we wrote it, else its subject."""
    mail = _parsed(content)
    said = str(mail[MARK] or mail["Subject"] or "")
    return _UNFIT.sub("-", said).strip(".-")[:_SLUG] or "mail"


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: nobody reads half a mail."""
    unfinished = path.with_name(f".{path.name}.part")
    private_file(unfinished).write_bytes(content)
    os.replace(unfinished, path)


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


def _attachments(mail: EmailMessage) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            name=part.get_filename() or "attachment",
            media_type=part.get_content_type(),
            content=cast("bytes", part.get_payload(decode=True) or b""),
        )
        for part in mail.iter_attachments()
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""


def _caught(path: Path) -> CaughtMail:
    mail = _parsed(path.read_bytes())
    return CaughtMail(
        path=path,
        kind=str(mail[MARK] or "").partition(" ")[0],
        to=", ".join(address.addr_spec for address in mail["To"].addresses) if mail["To"] else "",
        subject=str(mail["Subject"] or ""),
        sent_at=mail["Date"].datetime if mail["Date"] else None,
        message_id=str(mail["Message-ID"] or ""),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        attachments=_attachments(mail),
    )
