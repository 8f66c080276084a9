"""One contract for every Transport, and for SMTP the whole table of what a mail server can do. C1 to C14."""

import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from activities.ports import Answer, Connection, Delivery, Envelope
from adapters.mail import dialogue
from adapters.mail.transport import Security, SmtpTransport
from tests.support.transport import a_certificate

NOON = datetime(2031, 6, 2, 12, 0, tzinfo=UTC)
DATE = b"Date: Mon, 02 Jun 2031 12:00:00 +0000\r\n"
SHORT = (timedelta(seconds=0.15), timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30))
"""Deadlines where a server hangs: the test waits that long, and longer only if the machine is too busy to get there."""

AMPLE = timedelta(seconds=120)
HANGS = 300
"""Seconds: whoever waits for the end of it keeps no deadline."""

HANG, CLOSE, DRIBBLE = "HANG", "CLOSE", "DRIBBLE"
READER = "hanako.sato@customer.example"


def an_envelope(recipient: str = READER, body: bytes = b"Hello\r\n") -> Envelope:
    """A small mail, ready for the wire."""
    head = f"From: desk@vendor.example\r\nTo: {recipient}\r\nSubject: x\r\n\r\n".encode()
    return Envelope(sender="desk@vendor.example", recipient=recipient, content=head + body)


def nothing() -> None:
    """Nobody has to be told."""


@pytest.fixture(autouse=True)
def _calmly(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a connection is kept and goodbye is said."""
    monkeypatch.setattr(dialogue, "_ASIDE", 60.0)


@dataclass
class Sink:
    """A mail server that says what its script says: greeting, EHLO, AUTH, MAIL, RCPT, DATA, dot, QUIT."""

    script: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    """TLS at once, not after STARTTLS."""

    taken: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What it heard, with what stood behind the verbs."""

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
                    self.told.append(line.decode("latin-1").strip())
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
        if not line:
            return False  # who sent it has hung up
        said = self.script.get("dot", "250 taken")
        if said[0] != "4" and said[0] != "5" and "lost" not in self.script:
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
            self.stopped.wait(HANGS)
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
    """What hands mails over, and what came out of it."""

    transport: Connection
    taken: Callable[[], list[bytes]]


@pytest.fixture(params=["a connection each", "kept"])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """Every way to send."""
    with a_sink() as (port, sink), smtp(port).kept() as kept:
        yield Wire(kept if request.param == "kept" else smtp(port), lambda: sink.taken)


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
    ({"MAIL": "550 5.7.1 nothing from you"}, Answer.LATER, False, "MAIL: 550 5.7.1 nothing from you"),
    ({"MAIL": "552 too big"}, Answer.REFUSED, False, "MAIL: 552 too big"),
    ({"RCPT": "450 mailbox busy"}, Answer.LATER, False, "RCPT: 450 mailbox busy"),
    ({"RCPT": "550 5.1.1 nobody here"}, Answer.REFUSED, False, "RCPT: 550 5.1.1 nobody here"),
    (
        {"RCPT": "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname"},
        Answer.LATER,
        False,
        "RCPT: 504",
    ),
    ({"RCPT": "554 5.7.1 Relay access denied"}, Answer.LATER, False, "RCPT: 554 5.7.1 Relay access denied"),
    ({"RCPT": CLOSE}, Answer.LATER, False, "RCPT:"),
    ({"DATA": "451 not now"}, Answer.LATER, True, "DATA: 451 not now"),
    ({"DATA": "554 no"}, Answer.REFUSED, True, "DATA: 554 no"),
    ({"DATA": CLOSE}, Answer.LATER, True, "DATA, before the mail's end:"),
    ({"dot": "451 disk full"}, Answer.LATER, True, "mail: 451 disk full"),
    ({"dot": "554 spam"}, Answer.REFUSED, True, "mail: 554 spam"),
    ({"dot": "550 5.4.5 Daily user sending limit exceeded"}, Answer.LATER, True, "mail: 550 5.4.5 Daily"),
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
        self, script: dict[str, Any], answer: Answer, announced: bool, words: str
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
            script: dict[str, Any] = {step: how}
            with a_sink(**script) as (port, sink):
                began = monotonic()
                delivery = smtp(port, deadline).send(an_envelope(), nothing)
                took = monotonic() - began
            if step in sink.said:
                break
        assert delivery.answer is answer
        assert took < deadline.total_seconds() + HANGS / 2

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


class TestWhoWeSayWeAre:
    @pytest.mark.parametrize(
        ("set_to", "said"), [(None, "vendor.example"), ("mail.vendor.example",) * 2, ("[::1]",) * 2]
    )
    def test_never_a_bare_host_name(self, set_to: str | None, said: str) -> None:
        """By default the sender's domain: the name of a container means nothing to a relay."""
        with a_sink() as (port, sink):
            assert smtp(port, ehlo_name=set_to).send(an_envelope(), nothing).answer is Answer.ACCEPTED
        assert sink.told[0].lower() == f"ehlo {said}"

    def test_the_size_is_said_to_a_server_that_asks_for_it(self) -> None:
        for offered, size in (
            ("250-sink\r\n250 SIZE 1000", [f"size={len(DATE + an_envelope().content)}"]),
            ("250 sink", []),
        ):
            with a_sink(EHLO=offered) as (port, sink):
                smtp(port).send(an_envelope(), nothing)
            assert sink.told[1].lower().split()[2:] == size


class TestTheAlarm:
    """One for all mails of a worker. What its log says is in tests/adapters/test_mail_alarm.py."""

    @pytest.mark.parametrize(
        "script",
        [
            {"greeting": "554 5.7.1 Client host rejected"},
            {"EHLO": "504 5.5.2 need fully-qualified hostname", "HELO": "504 5.5.2 need fully-qualified hostname"},
            {"MAIL": "550 5.7.60 Client does not have permissions to send as this sender"},
            {"RCPT": "554 5.7.1 Relay access denied"},
            {"DATA": "503 5.5.1 not yet"},
            {"dot": "550 5.4.5 Daily user sending limit exceeded"},
        ],
    )
    def test_it_is_raised_by_what_is_said_about_us_and_lifted_by_a_mail_that_goes_out(
        self, script: dict[str, Any]
    ) -> None:
        with a_sink(**script) as (port, sink):
            transport = smtp(port)
            for _ in range(2):
                delivery = transport.send(an_envelope(), nothing)
                assert (delivery.answer, delivery.about_us) == (Answer.LATER, True)
                assert delivery.words in transport.alarm.problem
            assert READER not in transport.alarm.problem
            sink.script.clear()
            assert transport.send(an_envelope(), nothing).about_us is False
        assert transport.alarm.problem == ""

    @pytest.mark.parametrize(
        "script",
        [
            {"greeting": "421 too busy"},
            {"EHLO": CLOSE},
            {"MAIL": "451 not now"},
            {"RCPT": "550 5.1.1 nobody here"},
            {"RCPT": "450 4.2.0 Greylisted"},
            {"RCPT": CLOSE},
            {"dot": "554 spam"},
            {"dot": CLOSE},
        ],
    )
    def test_neither_a_reader_nor_a_moment_raises_it(self, script: dict[str, Any]) -> None:
        with a_sink(**script) as (port, _):
            transport = smtp(port)
            assert transport.send(an_envelope(), nothing).about_us is False
        assert transport.alarm.problem == ""


class TestAKeptConnection:
    """Several mails over one connection, each as safe as if it had its own."""

    def test_it_introduces_itself_once(self) -> None:
        with a_sink() as (port, sink), smtp(port).kept() as kept:
            answers = [kept.send(an_envelope(body=b"%d\r\n" % number), nothing).answer for number in range(3)]
        mail = ["MAIL", "RCPT", "DATA"]
        assert answers == [Answer.ACCEPTED] * 3
        assert sink.heard == ["EHLO", *mail, "RSET", *mail, "RSET", *mail, "QUIT"]
        assert [text.partition(b"\r\n\r\n")[2] for text in sink.taken] == [b"0\r\n", b"1\r\n", b"2\r\n"]

    @pytest.mark.parametrize(
        ("script", "answer"),
        [
            ({"RCPT": "550 no"}, Answer.REFUSED),
            ({"RCPT": "450 busy"}, Answer.LATER),
            ({"DATA": "451 not now"}, Answer.LATER),
            ({"dot": "554 spam"}, Answer.REFUSED),
            ({"dot": "hm, what?\r\n250 taken"}, Answer.UNKNOWN),
            ({"dot": CLOSE}, Answer.UNKNOWN),
            ({"DATA": CLOSE}, Answer.LATER),
            ({"RCPT": CLOSE}, Answer.LATER),
            ({"EHLO": CLOSE}, Answer.LATER),
            ({"greeting": "421 too busy"}, Answer.LATER),
        ],
    )
    def test_what_becomes_of_one_mail_is_nothing_to_the_next(self, script: dict[str, Any], answer: Answer) -> None:
        with a_sink(**script) as (port, sink), smtp(port).kept() as kept:
            first = kept.send(an_envelope(body=b"first\r\n"), nothing).answer
            sink.script.clear()
            sink.taken.clear()
            second = kept.send(an_envelope(body=b"second\r\n"), nothing).answer
        assert (first, second) == (answer, Answer.ACCEPTED)
        assert [text.partition(b"\r\n\r\n")[2] for text in sink.taken] == [b"second\r\n"]

    def test_one_that_was_not_handed_over_is_nothing_to_the_next(self) -> None:
        with a_sink() as (port, sink), smtp(port).kept() as kept:
            with pytest.raises(LookupError):
                kept.send(an_envelope(body=b"first\r\n"), lambda: {}["no"])  # type: ignore[index]
            assert kept.send(an_envelope(body=b"second\r\n"), nothing).answer is Answer.ACCEPTED
        assert [text.partition(b"\r\n\r\n")[2] for text in sink.taken] == [b"second\r\n"]

    @pytest.mark.parametrize("how", ["421 enough of you", CLOSE, HANG, DRIBBLE])
    def test_a_server_that_takes_no_other_gets_a_new_connection(
        self, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dialogue, "_ASIDE", 0.5)
        with a_sink(RSET=how) as (port, sink), smtp(port).kept() as kept:
            answers = [kept.send(an_envelope(), nothing).answer for _ in range(2)]
        assert answers == [Answer.ACCEPTED] * 2
        assert sink.heard.count("EHLO") == 2
        assert len(sink.taken) == 2

    def test_each_mail_has_a_deadline_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By a clock that goes only while a mail is handed over: four together take longer than one may."""
        now = [0.0]

        def a_minute_passes() -> None:
            now[0] += 60

        monkeypatch.setattr(dialogue, "monotonic", lambda: now[0])
        with a_sink() as (port, _), smtp(port, timedelta(seconds=100)).kept() as kept:
            answers = [kept.send(an_envelope(), a_minute_passes).answer for _ in range(4)]
        assert answers == [Answer.ACCEPTED] * 4


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for, its key in the same file."""
    return a_certificate(tmp_path_factory.mktemp("tls"))


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
