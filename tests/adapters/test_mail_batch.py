"""Mails of one cause in one activity: each is sent once unless nobody can know, whatever becomes of the others. R1."""

import dataclasses
import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.mail import (
    MAILS_AT_ONCE,
    MailActivities,
    MailReport,
    MailReports,
    RetriedMail,
    SendMail,
    SendMails,
)
from activities.ports import Answer, Connection, Delivery, Documents, Envelope, NotKnown, RecordedMail
from adapters.mail.composer import JinjaComposer
from adapters.mail.transport import PAUSE
from adapters.sql.engine import engine_for
from adapters.sql.mail_ledger import SqlMailLedger
from adapters.sql.schema import MailRecord
from domain.events import Event, Task
from domain.letters import Letters
from domain.lifecycle import Lifecycle, LifecycleState, PostedMail, mail_key
from domain.lifecycles import KINDS
from domain.mails import LetterFacts, MailKind, MailState
from domain.values import Language, Model, Person, Refused
from tests.adapters.test_mail_letters import LINKS
from workflows import steps

CARD = Lifecycle("card")
SUBJECT = "C-1"
NOON = datetime(2031, 6, 2, 12, tzinfo=UTC)
POINTS = ("claimed", "before_data", "handed_over", "answered", "settled")
TOGETHER: dict[str, Any] = {name: steps.TOGETHER[name] for name in ("start_to_close_timeout", "heartbeat_timeout")}
IN_DOUBT = {"handed_over", "answered"}
TEMPLATE = """{% extends "letter.en.j2" %}
{% block subject %}Card ready{% endblock %}
{% block title %}Ready{% endblock %}
{% block body %}{% call p() %}The card of {{ facts.holder }} is ready.{% endcall %}{% endblock %}
"""


class CardMail(MailKind):
    """A made-up lifecycle's only mail."""

    CARD_READY = "card_ready", "CRD-1"


class CardState(LifecycleState):
    """No more of it is needed here."""

    lifecycle: ClassVar[Lifecycle] = CARD
    mail_kinds: ClassVar = CardMail


class CardRow(Model):
    """As it is stored."""

    holder: str | None = "Hanako"
    cancelled: frozenset[str] = frozenset()
    """Readers who are not to hear of it any more."""


class CardFacts(LetterFacts):
    """What its mail says."""

    holder: str | None


def facts(row: CardRow, mail: PostedMail, _now: datetime) -> CardFacts:
    if mail.to == "holder/nameless":
        raise Refused("nobody knows its name")
    return CardFacts(customer_company="ACME", holder=None if mail.to == "holder/factless" else row.holder)


def wanted(row: CardRow, mail: PostedMail) -> bool:
    return mail.to not in row.cancelled


class Killed(BaseException):
    """As kill -9: nothing catches it."""


class Store(SqlMailLedger):
    """The real ledger, and a row and people of the test."""

    def __init__(self, directory: Path) -> None:
        super().__init__(engine_for(f"sqlite:///{directory}/mails.db"), "tenure.example")
        MailRecord.metadata.create_all(self.engine, tables=[MailRecord.__table__])  # type: ignore[list-item]
        self.card = CardRow()
        self.down: set[str] = set()
        """Readers whose look-up fails now."""

    def row(self, _lifecycle: Lifecycle, _subject: str) -> CardRow:
        return self.card

    def person(self, _lifecycle: Lifecycle, subject: str, role: str) -> Person:
        who = role.partition("/")[2]
        if role in self.down:
            raise OSError("the store is down")
        if who == "erased":
            raise NotKnown(f"nobody is {role} of {subject}")
        return Person(
            first_name="Ann",
            last_name="Martin",
            email=f"{who}@customer.example",
            language=Language.ENGLISH,
            zone="Asia/Tokyo",
        )

    def correct_address(self, *_: object) -> None:
        raise AssertionError("no mail of this page is retried to another address")

    def events(self, _lifecycle: Lifecycle, _subject: str) -> list[Event]:
        return []

    def tasks(self, _lifecycle: Lifecycle, _subject: str) -> list[Task]:
        return []

    def mails(self, _lifecycle: Lifecycle, _subject: str) -> list[RecordedMail]:
        return []


class Wire:
    """A mail server that answers each reader as the test says, one answer after the other."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.arrived: list[str] = []
        self.takes: Callable[[str], object] = self.arrived.append
        self.refuses_us = False
        """Whoever it is to: later, for reasons that are ours."""

        self.connections = 0
        self.before: Callable[[str], None] = lambda _reader: None

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        reader = envelope.recipient.partition("@")[0]
        self.before(reader)
        answers = self.answers.get(reader, [])
        answer = Answer.LATER if self.refuses_us else answers.pop(0) if answers else Answer.ACCEPTED
        if answer is not Answer.LATER:
            handing_over()
        if answer is Answer.ACCEPTED:
            assert "card of Hanako" in str(message_from_bytes(envelope.content).get_payload(0))
            self.takes(reader)
        return Delivery(answer=answer, words=f"it said {answer}", again_in=PAUSE if self.refuses_us else None)

    def kept(self) -> AbstractContextManager[Connection]:
        self.connections += 1
        return nullcontext(self)


@dataclasses.dataclass
class Post:
    """The activities with what they touch."""

    store: Store
    wire: Wire
    environment: ActivityEnvironment
    points: list[str] = dataclasses.field(default_factory=list)
    dies_at: tuple[str, int] = ("", 0)
    """A point, and the how manieth time it is passed."""

    beats: int = 0
    seconds: float = 0
    """On the clock of the worker."""

    def at(self, point: str) -> None:
        self.points.append(point)
        if (point, self.points.count(point)) == self.dies_at:
            self.dies()

    def dies(self) -> None:
        raise Killed

    def activities(self) -> MailActivities:
        composer = JinjaComposer(Address("Desk", "desk", "vendor.example"), LINKS)
        return MailActivities(self.store, composer, self.wire, no_documents(), lambda: self.seconds, self.at)

    def send(self, *readers: str) -> dict[str, MailReport]:
        """Of one batch, by reader."""
        request = SendMails(lifecycle=CARD, subject=SUBJECT, mails=tuple(map(a_mail, readers)))
        answered = self.environment.run(self.activities().send_mails, request)
        assert isinstance(answered, MailReports)
        return {key.rpartition("/")[2]: report for key, report in answered.reports.items()}

    def send_alone(self, reader: str) -> MailReport:
        request = SendMail(lifecycle=CARD, subject=SUBJECT, mail=a_mail(reader))
        answered: MailReport = self.environment.run(self.activities().send_mail, request)
        return answered


def no_documents() -> Documents:
    """None is written here."""

    class Nothing:
        def confirmation(self, *_: object) -> Any:
            raise AssertionError("a card's mail has no document")

    return Nothing()


def a_mail(reader: str) -> PostedMail:
    to = f"holder/{reader}"
    return PostedMail(key=mail_key(CARD, SUBJECT, CardMail.CARD_READY, "", to), kind=CardMail.CARD_READY, to=to)


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Mail of a lifecycle that no product file knows."""
    (tmp_path / "card_ready.en.j2").write_text(TEMPLATE)
    letters = Letters(wanted=wanted, facts=facts, templates=tmp_path)
    card: Any = dataclasses.replace(next(iter(KINDS.values())), name=CARD, state=CardState, letters=letters)
    monkeypatch.setitem(KINDS, CARD, card)
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, current_attempt_scheduled_time=NOON, **TOGETHER)
    made = Post(Store(tmp_path), Wire(), environment)
    environment.on_heartbeat = lambda *_: setattr(made, "beats", made.beats + 1)
    return made


def states(reports: dict[str, MailReport]) -> dict[str, str]:
    return {reader: report.state.value for reader, report in reports.items()}


def test_all_go_out_over_one_connection_with_a_sign_of_life_for_each(post: Post) -> None:
    readers = [f"r{number}" for number in range(MAILS_AT_ONCE)]
    reports = post.send(*readers)
    assert list(reports) == post.wire.arrived == readers
    assert {(report.state, report.sent_at) for report in reports.values()} == {(MailState.SENT, NOON)}
    assert (post.wire.connections, post.beats) == (1, len(readers))


def test_a_batch_is_bounded() -> None:
    for number in (0, MAILS_AT_ONCE + 1):
        with pytest.raises(ValidationError):
            SendMails(lifecycle=CARD, subject=SUBJECT, mails=tuple(a_mail(f"r{n}") for n in range(number)))


def test_what_becomes_of_one_is_nothing_to_the_others(post: Post) -> None:
    post.wire.answers = {"late": [Answer.LATER], "refused": [Answer.REFUSED], "doubt": [Answer.UNKNOWN]}
    post.store.card = CardRow(cancelled=frozenset({"holder/cancelled"}))
    post.store.down = {"holder/down"}
    readers = ("a", "late", "refused", "doubt", "cancelled", "down", "erased", "nameless", "factless", "z")
    reports = post.send(*readers)
    assert states(reports) == {
        "a": "sent",
        "late": "pending",
        "refused": "refused",
        "doubt": "unknown",
        "cancelled": "moot",
        "down": "pending",
        "erased": "refused",
        "nameless": "refused",
        "factless": "refused",
        "z": "sent",
    }
    assert post.wire.arrived == ["a", "z"]
    assert reports["late"].answer == "it said later"
    assert reports["down"].answer == "OSError"
    assert reports["erased"].answer == "not written: nobody is holder/erased of C-1"
    assert states(post.send(*readers)) == states(reports) | {"late": "sent"}
    assert post.wire.arrived == ["a", "z", "late"]


def test_one_whose_server_said_later_is_sent_by_itself(post: Post) -> None:
    post.wire.answers = {"late": [Answer.LATER, Answer.LATER]}
    post.send("a", "late")
    with pytest.raises(ApplicationError, match="mail server: it said later; tried again"):
        post.send_alone("late")
    assert post.send_alone("late").state is MailState.SENT
    assert post.wire.arrived == ["a", "late"]


def test_while_the_server_takes_nothing_from_us_no_mail_is_given_up_and_each_comes_back_in_minutes(post: Post) -> None:
    """What its workflow is told is not about its reader, and comes too seldom to raise everybody's attention."""
    post.wire.refuses_us = True
    assert states(post.send("a", "b")) == {"a": "pending", "b": "pending"}
    with pytest.raises(ApplicationError) as deferred:
        post.send_alone("a")
    assert deferred.value.message == "mail server takes nothing from us at present: it said later; tried again"
    assert (deferred.value.type, deferred.value.non_retryable) == ("MailRelayRefusesUs", False)
    assert deferred.value.next_retry_delay == PAUSE
    assert steps.MAIL.before_attention * PAUSE > timedelta(hours=3)
    post.wire.refuses_us = False
    assert states(post.send("a", "b")) == {"a": "sent", "b": "sent"}


@pytest.mark.parametrize(("each", "at_a_time"), [(10, 4), (15, 3), (30, 2), (31, 1), (1000, 1)])
def test_when_one_more_might_take_too_long_it_ends_with_those_that_were_tried(
    post: Post, each: int, at_a_time: int
) -> None:
    """In the time there is, less the longest that one may take: 30 s of 60. At least one is tried."""
    post.wire.before = lambda _reader: setattr(post, "seconds", post.seconds + each)
    waiting = ["a", "b", "c", "d", "e"]
    while waiting:
        reports = post.send(*waiting)
        assert list(reports) == waiting[:at_a_time]
        waiting = waiting[at_a_time:]
    assert post.wire.arrived == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("end", ["cancel", "worker_shutdown"])
def test_when_the_worker_stops_it_ends_after_the_mail_under_way(post: Post, end: str) -> None:
    def stopped(reader: str) -> None:
        if reader == "b":
            getattr(post.environment, end)()

    post.wire.before = stopped
    assert states(post.send("a", "b", "c", "d")) == {"a": "sent", "b": "sent"}
    assert post.wire.arrived == ["a", "b"]


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS)
def test_a_batch_killed_anywhere_loses_none_and_doubles_none(post: Post, point: str, number: int) -> None:
    readers = ("a", "b", "c")
    post.dies_at = (point, number)
    with pytest.raises(Killed):
        post.send(*readers)
    mails = post.send(*readers)
    doubted = readers[number - 1] if point in IN_DOUBT else None
    assert states(mails) == {reader: "unknown" if reader == doubted else "sent" for reader in readers}
    expected = sorted(reader for reader in readers if reader != doubted or point == "answered")
    assert sorted(post.wire.arrived) == expected


@pytest.mark.parametrize("point", POINTS)
def test_a_batch_killed_by_kill_9_loses_none_and_doubles_none(post: Post, point: str, tmp_path: Path) -> None:
    """In a process of its own, which leaves nothing behind but what it committed and what has arrived."""
    arrived = tmp_path / "arrived"

    def note(reader: str) -> None:
        with arrived.open("a") as file:
            file.write(f"{reader}\n")

    post.wire.takes = note
    post.store.close()
    child = os.fork()
    if child == 0:
        post.dies_at = (point, 2)
        post.dies = lambda: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
        post.send("a", "b", "c")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    doubted = "b" if point in IN_DOUBT else None
    assert states(post.send("a", "b", "c")) == {"a": "sent", "b": "unknown" if doubted else "sent", "c": "sent"}
    assert sorted(arrived.read_text().split()) == [r for r in ("a", "b", "c") if r != doubted or point == "answered"]


def test_of_two_attempts_at_one_time_only_one_hands_a_mail_over(post: Post) -> None:
    """The first was taken for dead, and is not."""
    second: list[dict[str, MailReport]] = []
    readers = ("a", "b", "c")

    def overtaken(reader: str) -> None:
        if reader == "b" and not second:
            second.append({})
            attempt = threading.Thread(target=lambda: second.append(post.send(*readers)))
            attempt.start()
            attempt.join()

    post.wire.before = overtaken
    first = post.send(*readers)
    assert states(second[1]) == dict.fromkeys(readers, "sent")
    assert states(first) == {"a": "sent", "b": "pending", "c": "sent"}
    assert sorted(post.wire.arrived) == ["a", "b", "c"]
    assert post.send_alone("b").state is MailState.SENT
    assert sorted(post.wire.arrived) == ["a", "b", "c"]


def test_a_refused_mail_of_a_batch_is_tried_again_as_any_other(post: Post) -> None:
    post.wire.answers = {"b": [Answer.REFUSED]}
    assert states(post.send("a", "b"))["b"] == "refused"
    retried = RetriedMail(lifecycle=CARD, subject=SUBJECT, mail=a_mail("b"))
    assert post.environment.run(post.activities().retry_mail, retried).state is MailState.PENDING
    assert states(post.send("a", "b")) == {"a": "sent", "b": "sent"}
    assert post.wire.arrived == ["a", "b"]
