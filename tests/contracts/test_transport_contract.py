"""One contract for every Transport, and for SMTP the whole table of what a mail server can do. C1 to C14."""

import io
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from activities.ports import Answer, Delivery, Envelope, Transport
from adapters.mail.console import ConsoleTransport
from adapters.mail.transport import Security, SmtpTransport

NOON = datetime(2031, 6, 2, 12, 0, tzinfo=UTC)
DATE = b"Date: Mon, 02 Jun 2031 12:00:00 +0000\r\n"
SHORT = (timedelta(seconds=0.15), timedelta(seconds=1), timedelta(seconds=5))
"""Deadlines where a server hangs: the test waits that long, and longer only if the machine is too busy to get there."""

AMPLE = timedelta(seconds=10)
HANG, CLOSE, DRIBBLE = "HANG", "CLOSE", "DRIBBLE"
READER = "hanako.sato@customer.example"


def an_envelope(recipient: str = READER, body: bytes = b"Hello\r\n") -> Envelope:
    """A small mail, ready for the wire."""
    head = f"From: desk@vendor.example\r\nTo: {recipient}\r\nSubject: x\r\n\r\n".encode()
    return Envelope(sender="desk@vendor.example", recipient=recipient, content=head + body)


def nothing() -> None:
    """Nobody has to be told."""


@dataclass
class Sink:
    """A mail server that says what its script says: greeting, EHLO, AUTH, MAIL, RCPT, DATA, dot, QUIT."""

    script: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    """TLS at once, not after STARTTLS."""

    taken: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Steps it came to."""

    stopped: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        """One connection after the other, until stopped."""
        while not self.stopped.is_set():
            with suppress(OSError):
                connection, _ = listening.accept()
                threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection: socket.socket) -> None:
        """One conversation."""
        with suppress(OSError), ExitStack() as held:
            held.callback(connection.close)
            if self.tls and self.from_the_start:
                connection = held.enter_context(self.tls.wrap_socket(connection, server_side=True))
            lines = connection.makefile("rb")
            if self.say(connection, "greeting", "220 sink"):
                while line := lines.readline():
                    verb = line.decode("latin-1").partition(" ")[0].strip().upper()
                    self.heard.append(verb)
                    if not self.answer(connection, lines, verb):
                        return
                    if verb == "STARTTLS" and self.tls and "STARTTLS" not in self.script:
                        connection = held.enter_context(self.tls.wrap_socket(connection, server_side=True))
                        lines = connection.makefile("rb")

    def answer(self, connection: socket.socket, lines: io.BufferedReader, verb: str) -> bool:
        """Go on after this command?"""
        offers = "250-sink\r\n250-AUTH PLAIN\r\n250 STARTTLS" if self.tls else "250-sink\r\n250 AUTH PLAIN"
        usual = {"EHLO": offers, "DATA": "354 go ahead", "QUIT": "221 bye", "STARTTLS": "220 go", "AUTH": "235 in"}
        if not self.say(connection, verb, usual.get(verb, "250 ok")) or verb == "QUIT":
            return False
        if verb == "DATA" and self.script.get("DATA", "354").startswith("354"):
            return self.take(connection, lines)
        return True

    def take(self, connection: socket.socket, lines: io.BufferedReader) -> bool:
        """The text up to the final dot. It is kept unless the answer is a refusal or the script says `lost`."""
        text = b""
        while (line := lines.readline()) not in {b".\r\n", b""}:
            text += line.removeprefix(b".")
        said = self.script.get("dot", "250 taken")
        if line and said[0] != "4" and said[0] != "5" and "lost" not in self.script:
            self.taken.append(text)
        return self.say(connection, "dot", said)

    def say(self, connection: socket.socket, step: str, usual: str) -> bool:
        """Say it, or hang, dribble or close as the script wants."""
        words = self.script.get(step, usual)
        self.said.append(step)
        if words == DRIBBLE:
            while not self.stopped.is_set():
                connection.sendall(b"2")
                sleep(0.02)
        if words == HANG:
            self.stopped.wait(AMPLE.total_seconds())
        if words in {HANG, CLOSE, DRIBBLE}:
            return False
        connection.sendall(words.encode() + b"\r\n")
        return True


@contextmanager
def a_sink(
    *, tls: ssl.SSLContext | None = None, from_the_start: bool = False, **script: str
) -> Iterator[tuple[int, Sink]]:
    """A sink on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.02)
        sink = Sink(script=script, tls=tls, from_the_start=from_the_start)
        thread = threading.Thread(target=sink.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], sink
        finally:
            sink.stopped.set()
            thread.join()


def smtp(port: int, deadline: timedelta = AMPLE, **more: object) -> SmtpTransport:
    """The transport under test, talking to a sink."""
    settings: dict[str, object] = {"security": Security.NONE, "clock": lambda: NOON} | more
    return SmtpTransport("localhost", port, deadline=deadline, **settings)  # type: ignore[arg-type]


@dataclass
class Wire:
    """A transport and what came out of it."""

    transport: Transport
    taken: Callable[[], list[bytes]]


@pytest.fixture(params=["smtp", "console"])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """Every transport there is."""
    if request.param == "console":
        console = ConsoleTransport(io.StringIO(), clock=lambda: NOON)
        yield Wire(console, lambda: [envelope.content for envelope in console.sent])
        return
    with a_sink() as (port, sink):
        yield Wire(smtp(port), lambda: sink.taken)


class TestEveryTransport:
    def test_an_accepted_mail_arrives_as_composed_with_its_date_in_front(self, wire: Wire) -> None:
        delivery = wire.transport.send(an_envelope(), nothing)
        assert delivery.answer is Answer.ACCEPTED
        assert wire.taken() == [DATE + an_envelope().content]

    def test_handing_over_is_announced_once_and_before_the_text_leaves(self, wire: Wire) -> None:
        taken_before: list[int] = []
        wire.transport.send(an_envelope(), lambda: taken_before.append(len(wire.taken())))
        assert taken_before == [0]
        assert len(wire.taken()) == 1

    def test_what_handing_over_raises_goes_through_and_nothing_is_sent(self, wire: Wire) -> None:
        def refuse() -> None:
            raise LookupError("not in this state")

        with pytest.raises(LookupError):
            wire.transport.send(an_envelope(), refuse)
        assert wire.taken() == []

    def test_lines_that_begin_with_a_dot_arrive_whole(self, wire: Wire) -> None:
        envelope = an_envelope(body=b".\r\n..two\r\n.\r\nMAIL FROM:<evil@example.org>\r\n")
        wire.transport.send(envelope, nothing)
        assert wire.taken() == [DATE + envelope.content]

    def test_one_recipient_refused_does_not_touch_the_other(self, wire: Wire) -> None:
        answers = [wire.transport.send(an_envelope(to), nothing).answer for to in (READER, "b@customer.example")]
        assert answers == [Answer.ACCEPTED, Answer.ACCEPTED]
        assert len(wire.taken()) == 2


TABLE = [
    # script, class, was the text announced, in the words
    ({"greeting": "421 too busy"}, Answer.LATER, False, "connect: 421 too busy"),
    ({"greeting": "554 no service"}, Answer.LATER, False, "connect: 554 no service"),
    ({"greeting": CLOSE}, Answer.LATER, False, "connect:"),
    ({"EHLO": CLOSE}, Answer.LATER, False, "EHLO:"),
    ({"EHLO": "421 no", "HELO": "421 no"}, Answer.LATER, False, "EHLO: 421 no"),
    ({"MAIL": "451 later"}, Answer.LATER, False, "MAIL: 451 later"),
    ({"MAIL": "530 5.7.0 authenticate first"}, Answer.LATER, False, "MAIL: 530"),
    ({"MAIL": "552 too big"}, Answer.REFUSED, False, "MAIL: 552 too big"),
    ({"RCPT": "450 mailbox busy"}, Answer.LATER, False, "RCPT: 450 mailbox busy"),
    ({"RCPT": "550 5.1.1 nobody here"}, Answer.REFUSED, False, "RCPT: 550 5.1.1 nobody here"),
    ({"RCPT": CLOSE}, Answer.LATER, False, "RCPT:"),
    ({"DATA": "451 not now"}, Answer.LATER, True, "DATA: 451 not now"),
    ({"DATA": "554 no"}, Answer.REFUSED, True, "DATA: 554 no"),
    ({"DATA": CLOSE}, Answer.LATER, True, "DATA, before the mail's end:"),
    ({"dot": "451 disk full"}, Answer.LATER, True, "mail: 451 disk full"),
    ({"dot": "554 spam"}, Answer.REFUSED, True, "mail: 554 spam"),
    ({"dot": CLOSE}, Answer.UNKNOWN, True, "no answer after the mail's end"),
    ({"dot": CLOSE, "lost": ""}, Answer.UNKNOWN, True, "no answer after the mail's end"),
    ({"dot": "hm, what?"}, Answer.UNKNOWN, True, "mail: -1"),
    ({"dot": "250 " + "x" * 9000}, Answer.UNKNOWN, True, "no answer after the mail's end: 500 Line too long."),
    ({"QUIT": CLOSE}, Answer.ACCEPTED, True, "mail: 250 taken"),
    ({"QUIT": "500 what?"}, Answer.ACCEPTED, True, "mail: 250 taken"),
]


class TestWhatAMailServerCanDo:
    @pytest.mark.parametrize(("script", "answer", "announced", "words"), TABLE)
    def test_every_answer_has_its_class(
        self, script: dict[str, str], answer: Answer, announced: bool, words: str
    ) -> None:
        announcements: list[None] = []
        with a_sink(**script) as (port, sink):
            delivery = smtp(port).send(an_envelope(), lambda: announcements.append(None))
        assert delivery.answer is answer
        assert delivery.words.startswith(words)
        assert len(announcements) == announced
        assert bool(sink.taken) == (answer in {Answer.ACCEPTED, Answer.UNKNOWN} and "lost" not in script)

    @pytest.mark.parametrize("how", [HANG, DRIBBLE])
    @pytest.mark.parametrize(
        ("step", "answer"),
        [
            ("greeting", Answer.LATER),
            ("EHLO", Answer.LATER),
            ("RCPT", Answer.LATER),
            ("DATA", Answer.LATER),
            ("dot", Answer.UNKNOWN),
            ("QUIT", Answer.ACCEPTED),
        ],
    )
    def test_however_it_hangs_the_deadline_holds(self, step: str, how: str, answer: Answer) -> None:
        for deadline in SHORT:
            with a_sink(**{step: how}) as (port, sink):
                began = monotonic()
                delivery = smtp(port, deadline).send(an_envelope(), nothing)
                took = monotonic() - began
            if step in sink.said:
                break
        assert delivery.answer is answer
        assert took < deadline.total_seconds() + 2

    def test_nobody_listening_is_later(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        delivery = smtp(port).send(an_envelope(), nothing)
        assert delivery.answer is Answer.LATER
        assert "refused" in delivery.words

    def test_a_name_without_address_is_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        assert smtp(25).send(an_envelope(), nothing).answer is Answer.LATER

    def test_a_refused_recipient_is_asked_no_further(self) -> None:
        with a_sink(RCPT="550 no") as (port, sink):
            smtp(port).send(an_envelope(), nothing)
        assert sink.heard == ["EHLO", "MAIL", "RCPT", "QUIT"]

    def test_nothing_follows_when_handing_over_is_refused(self) -> None:
        with a_sink() as (port, sink), pytest.raises(LookupError):
            smtp(port).send(an_envelope(), lambda: {}["no"])  # type: ignore[index]
        assert sink.heard == ["EHLO", "MAIL", "RCPT", "QUIT"]

    def test_words_hold_no_address(self) -> None:
        said = f"550 <{READER}> Hanako.Sato unknown, ask postmaster@relay.example"
        with a_sink(RCPT=said) as (port, _):
            delivery = smtp(port).send(an_envelope(), nothing)
        assert delivery == Delivery(
            answer=Answer.REFUSED, words="RCPT: 550 <<address>> <address> unknown, ask <address>"
        )

    def test_words_are_one_short_line_without_control_characters(self) -> None:
        with a_sink(RCPT="550-\x1b[31mred\r\n550 " + "long " * 200) as (port, _):
            words = smtp(port).send(an_envelope(), nothing).words
        assert words.isprintable()
        assert len(words) < 350


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for, its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    wanted = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=localhost -days 2"
    name = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", path, "-out", f"{path}.crt"]
    subprocess.run([openssl, *wanted.split(), *name, *files], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.fixture(scope="module")
def server_side(certificate: Path) -> ssl.SSLContext:
    """What the sink shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def trust(certificate: Path) -> ssl.SSLContext:
    """Somebody who knows the certificate."""
    return ssl.create_default_context(cafile=f"{certificate}.crt")


class TestPrivacy:
    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_a_trusted_certificate_carries_the_mail(
        self, security: Security, server_side: ssl.SSLContext, trust: ssl.SSLContext
    ) -> None:
        with a_sink(tls=server_side, from_the_start=security is Security.TLS) as (port, sink):
            transport = smtp(port, security=security, trust=trust, username="tenure", password="s3cret")
            assert transport.send(an_envelope(), nothing).answer is Answer.ACCEPTED
        assert len(sink.taken) == 1
        assert "AUTH" in sink.heard

    def test_after_starttls_it_introduces_itself_again(
        self, server_side: ssl.SSLContext, trust: ssl.SSLContext
    ) -> None:
        with a_sink(tls=server_side) as (port, sink):
            smtp(port, security=Security.STARTTLS, trust=trust).send(an_envelope(), nothing)
        assert sink.heard == ["EHLO", "STARTTLS", "EHLO", "MAIL", "RCPT", "DATA", "QUIT"]

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_a_certificate_nobody_vouches_for_is_later_and_says_so(
        self, security: Security, server_side: ssl.SSLContext
    ) -> None:
        with a_sink(tls=server_side, from_the_start=security is Security.TLS) as (port, sink):
            delivery = smtp(port, security=security, username="tenure", password="s3cret").send(an_envelope(), nothing)
        assert delivery.answer is Answer.LATER
        assert "certificate is not accepted" in delivery.words
        assert not {"AUTH", "MAIL"} & set(sink.heard)

    def test_starttls_not_offered_never_goes_on_in_the_clear(self) -> None:
        with a_sink() as (port, sink):
            delivery = smtp(port, security="starttls").send(an_envelope(), nothing)
        assert delivery.answer is Answer.LATER
        assert delivery.words.startswith("STARTTLS: the mail server does not offer it")
        assert sink.heard == ["EHLO", "QUIT"]

    def test_starttls_refused_never_goes_on_in_the_clear(self, server_side: ssl.SSLContext) -> None:
        with a_sink(tls=server_side, STARTTLS="454 not available") as (port, sink):
            delivery = smtp(port, security=Security.STARTTLS).send(an_envelope(), nothing)
        assert (delivery.answer, delivery.words) == (Answer.LATER, "STARTTLS: 454 not available")
        assert "MAIL" not in sink.heard

    def test_a_server_that_speaks_no_tls_is_later(self) -> None:
        with a_sink() as (port, sink):
            delivery = smtp(port, security=Security.TLS).send(an_envelope(), nothing)
        assert delivery.answer is Answer.LATER
        assert "MAIL" not in sink.heard

    def test_a_wrong_password_is_later_and_says_so_without_the_user_name(self) -> None:
        with a_sink(AUTH="535 5.7.8 not tenure-post with that password") as (port, sink):
            delivery = smtp(port, username="tenure-post", password="wrong").send(an_envelope(), nothing)
        assert delivery.answer is Answer.LATER
        assert delivery.words.startswith("AUTH: user name or password not accepted (535")
        assert "tenure-post" not in delivery.words
        assert "MAIL" not in sink.heard

    def test_a_password_for_another_machine_needs_tls(self) -> None:
        with pytest.raises(ValueError, match="without TLS"):
            SmtpTransport("relay.example", 25, Security.NONE, "tenure", "s3cret")


class TestTheConsole:
    def test_it_shows_what_a_reader_would_see_and_nothing_that_moves_the_cursor(self) -> None:
        stream = io.StringIO()
        ConsoleTransport(stream).send(an_envelope(body=b"Hello\x1b[2J world\r\n"), nothing)
        assert "Subject: x" in stream.getvalue()
        assert "Hello[2J world" in stream.getvalue()
        assert READER in stream.getvalue()
