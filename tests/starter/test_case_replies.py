"""A partner's answer by mail reaches its case, once, and from nobody else: `tenure case intake`. SUP-13, SUP-21."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.ports.store import NotKnown
from adapters.mail.incoming import read_message
from adapters.mail.incoming_headers import MOST_IDS
from adapters.sql.engine import DatabaseTrouble
from adapters.sql.store import SqlStore
from domain.account.channels import Channel
from domain.case.mails import CaseMail
from domain.case.messages import AskPartner, Close, OpenCase, PartnerAnswered, PartnerWrote, Resolve, Respond
from domain.case.standing import NAME
from domain.lifecycle import Lifecycle, workflow_id
from domain.values import Message, Refused
from domain.view import LifecycleView
from starter.console.ids import Subject
from starter.intake.mail_addressee import NOT_THEIRS, OF_EVERYBODY, OVER
from starter.intake.mail_case import case_id_of
from starter.intake.mail_reply import reply_of
from starter.intake.mail_reply_text import LEFT_OUT, NO_TEXT, answer_of, new_text
from tests.cases import an_account, an_opening
from tests.mails.made import PICTURE, TAKEN, Made, mail, multipart, part
from tests.makers import a_person
from tests.starter.conftest import Answered, Tenure, eventually
from tests.starter.test_case_intake import HERE
from tests.support.embedded import Background

PARTNER: Final = "desk@hikari.example.com"
COLLEAGUE: Final = "Yuki Tanaka <yuki.tanaka@hikari.example.com>"
SUPER_ADMIN: Final = "root@minato.example.com"
WITH_ADDRESS: Final = f"Customer main e-mail: {SUPER_ADMIN}\n"

NUMBERS = count(1)


# What is new in it.


QUOTES = {
    "marked": ("Since Monday.\n\n> Since when?\n> Which users?\n", "Since Monday."),
    "announced and marked": (
        "Since Monday.\n\nOn Fri, Nov 27, 2026 at 9:10 AM Tenure <no-reply@tenure.example> wrote:\n\n> Since when?\n",
        "Since Monday.",
    ),
    "announced on two lines": (
        "Since Monday.\n\nOn Fri, Nov 27, 2026 at 9:10 AM Tenure <no-reply@tenure.example>\nwrote:\n> Since when?",
        "Since Monday.",
    ),
    "announced in Japanese": (
        "月曜日からです。\n\n2026年11月27日(金) 9:10 Tenure <no-reply@tenure.example>:\n\n> いつからですか",
        "月曜日からです。",
    ),
    "announced in Korean": (
        "월요일부터입니다.\n\n2026년 11월 27일 (금) 오전 9:10, Tenure <no-reply@tenure.example>님이 작성:\n> 언제부터",
        "월요일부터입니다.",
    ),
    "announced in French": (
        "Depuis lundi.\n\nLe ven. 27 nov. 2026 à 09:10, Tenure <no-reply@tenure.example> a écrit :\n> Depuis quand ?",
        "Depuis lundi.",
    ),
    "answered between the lines": ("> Since when?\nMonday.\n> Who?\nEverybody.\n", "Monday.\nEverybody."),
    "answered below": ("> Since when?\n\nSince Monday.", "Since Monday."),
    "below Outlook's separator, marked": (
        "Yes.\n\n-----Original Message-----\nFrom: T <a@b.example>\nSent: Friday\nSubject: x\n\n> Who?\nEverybody.",
        "Yes.\n\nEverybody.",
    ),
    "nothing quoted": ("Since Monday.\nOn Tuesday, too.\n\nFrom: nobody in particular", None),
    "a date and a colon in the words": ("On Monday at 9:30 it broke, the log says:\nerror 7", None),
    "a wide mark": ("はい\n＞いつからですか", "はい"),
}

UNMARKED = {
    "announced": "On Fri, Nov 27, 2026 at 9:10 AM Tenure <no-reply@tenure.example> wrote:\nOur question\nSince when?",
    "Outlook's separator": "-----Original Message-----\nFrom: T <a@b.example>\nSent: Friday\n\nOur question",
    "Outlook's header": f"{'_' * 32}\nFrom: T <a@b.example>\nSent: Friday\nTo: x\n\nOur question",
    "Outlook's header in Japanese": "差出人: T <a@b.example>\n送信日時: 金曜日\n件名: x\n\nOur question",
}


@pytest.mark.parametrize(("text", "new"), QUOTES.values(), ids=QUOTES.keys())
def test_what_a_program_marked_as_quoted_is_left_out(text: str, new: str | None) -> None:
    assert new_text(text) == (text if new is None else new, False)


@pytest.mark.parametrize("quoted", UNMARKED.values(), ids=UNMARKED.keys())
def test_an_old_mail_without_marks_is_left_out_from_its_head_to_the_end_and_the_answer_says_so(quoted: str) -> None:
    read = read_message(mail(f"Since Monday.\n\n{quoted}".encode(), "Content-Type: text/plain; charset=utf-8"))

    assert new_text(read.text) == ("Since Monday.", True)
    assert answer_of(read) == f"Since Monday.\n\n{LEFT_OUT}"


@pytest.mark.parametrize("text", [*UNMARKED.values(), "> Since when?"])
def test_where_nothing_else_would_be_left_all_of_it_is_kept(text: str) -> None:
    assert new_text(text) == (text, False)


@pytest.mark.parametrize("length", [1_999, 2_000])
def test_an_answer_as_long_as_there_is_room_for_is_whole(length: int) -> None:
    assert answer_of(read_message(mail(b"x" * length))) == "x" * length


@pytest.mark.parametrize("length", [2_001, 60_000, 600_000])
def test_the_last_line_of_a_longer_answer_says_how_much_was_left_out(length: int) -> None:
    text, _, last = answer_of(read_message(mail(b"x" * length))).rpartition("\n\n")

    assert 1_900 < len(text) < 2_000
    assert last == f"[{length - len(text):,} more characters of the mail were left out]"


def test_attachments_are_named_in_an_answer() -> None:
    read = read_message(mail(*multipart("mixed", part(b"See there.", "Content-Type: text/plain"), PICTURE)))

    assert answer_of(read) == "See there.\n\n[Attached to the mail, not taken: screen.png]"


def test_a_reply_that_says_nothing_says_so() -> None:
    assert answer_of(read_message(mail(b""))) == NO_TEXT


@pytest.mark.parametrize("made", TAKEN, ids=lambda made: made.name)
def test_whatever_is_taken_can_be_an_answer_and_a_note(made: Made) -> None:
    found = reply_of(read_message(made.content), Subject(NAME, "C-1"), HERE)

    assert {"partner_answered", "partner_wrote"} <= set(found.messages)


@given(st.text())
def test_any_text_can_be_an_answer_and_a_note(text: str) -> None:
    content = mail(text.encode("utf-8", "replace"), "Content-Type: text/plain; charset=utf-8")
    try:
        read = read_message(content)
    except Refused:
        return
    assert reply_of(read, Subject(NAME, "C-1"), HERE).messages


# What it names.


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ((), ()),
        (("In-Reply-To: <a@x.example>",), ("a@x.example",)),
        (("In-Reply-To: Your mail of Friday <a@x.example>",), ("a@x.example",)),
        (("References: <a@x.example> <b@x.example>",), ("b@x.example", "a@x.example")),
        (("References: <a@x.example>\n <b@x.example>", "In-Reply-To: <b@x.example>"), ("b@x.example", "a@x.example")),
        (("In-Reply-To: nothing",), ()),
        (("In-Reply-To: <\x00@x.example> <ä@x.example> <>",), ()),
    ],
)
def test_the_nearest_mail_that_is_named_comes_first(headers: tuple[str, ...], named: tuple[str, ...]) -> None:
    assert read_message(mail(b"x", *headers)).answers == named


def test_of_a_long_conversation_the_last_mails_are_looked_for() -> None:
    references = " ".join(f"<{number}@x.example>" for number in range(200))

    assert read_message(mail(b"x", f"References: {references}")).answers == tuple(
        f"{number}@x.example" for number in range(199, 199 - MOST_IDS, -1)
    )


# With a whole service.


class Desk:
    """Cases of one partner, and the mails that come about them."""

    def __init__(self, service: Background, tenure: Tenure, directory: Path) -> None:
        self.service, self.tenure, self.directory = service, tenure, directory

    def case(self, **changes: Any) -> str:
        """Open, classified, and its first mails written."""
        case_id = f"R-{next(NUMBERS)}"
        contact = a_person(PARTNER, first_name="Ken", last_name="Sato")
        start = an_opening(case_id, **{"partner_contact": contact} | changes)
        workflow, handle = "SupportCase", workflow_id(NAME, case_id)
        self.service.do(
            self.service.client.start_workflow(workflow, start, id=handle, task_queue=self.service.env.task_queue)
        )
        self.written(case_id, CaseMail.CASE_ACKNOWLEDGED)
        return case_id

    def without_account(self) -> str:
        """Pending for want of an identifier. AMB-33."""
        channel = {"channel": Channel.EMAIL, "organization_id": None, "main_email": None}
        case_id = self.case(**channel)
        self.written(case_id, CaseMail.CASE_IDENTIFIER_WANTED)
        return case_id

    def send(self, case_id: str, update: str, message: Message) -> None:
        """As people do it."""
        handle = self.service.client.get_workflow_handle(workflow_id(NAME, case_id))
        self.service.do(handle.execute_update(update, message))

    def asked(self, **changes: Any) -> str:
        """Pending for an answer."""
        case_id = self.case(**changes)
        self.send(case_id, "ask_partner", AskPartner(by="agent-7", question="Since when?"))
        self.written(case_id, CaseMail.CASE_QUESTION)
        return case_id

    def written(self, case_id: str, kind: CaseMail) -> str:
        """The Message-ID of a mail of ours about it."""
        return str(
            eventually(
                lambda: next(
                    (each.message_id for each in self.service.store.mails(NAME, case_id) if each.kind == kind), ""
                )
            )
        )

    def reply(
        self,
        case_id: str,
        text: str = "Since Monday.",
        *options: object,
        id_: str = "",
        to: CaseMail = CaseMail.CASE_ACKNOWLEDGED,
        headers: tuple[str, ...] = (),
        sender: str = f"Ken Sato <{PARTNER}>",
    ) -> Answered:
        """What `tenure case intake` says of a mail that answers one of ours."""
        named = f"In-Reply-To: {self.written(case_id, to)}"
        return self.taken_in(text, *options, id_=id_, headers=(named, *headers), sender=sender)

    def taken_in(self, text: str, *options: object, id_: str = "", **mailed: Any) -> Answered:
        """Any mail."""
        file = self.directory / f"{next(NUMBERS)}.eml"
        headers = ("Content-Type: text/plain; charset=utf-8", *mailed.pop("headers", ()))
        file.write_bytes(mail(text.encode(), *headers, id_=id_ or f"r{next(NUMBERS)}@hikari.example.com", **mailed))
        return self.tenure("case", "intake", file, "--json", *options)

    def view(self, case_id: str) -> LifecycleView:
        """Where it stands."""
        handle = self.service.client.get_workflow_handle(workflow_id(NAME, case_id))
        found: LifecycleView = self.service.do(handle.query("state", result_type=LifecycleView))
        return found

    def paper(self, case_id: str, name: str) -> Any:
        """As it is stored."""
        return eventually(lambda: self.service.store.row(NAME, case_id).forms.get(name))

    def papers(self, case_id: str) -> set[str]:
        """Their names, as of now."""
        return set(self.service.store.row(NAME, case_id).forms)

    def written_by_partner(self, case_id: str) -> list[str]:
        """What the partner wrote without being asked, as it is stored."""
        forms = self.service.store.row(NAME, case_id).forms
        return [form["text"] for name, form in sorted(forms.items()) if name.startswith("message/")]

    def started(self, answered: Answered) -> OpenCase:
        """The case that a mail started."""
        found: OpenCase = self.service.store.row(NAME, answered.json["id"]).placed
        return found


@pytest.fixture
def desk(service: Background, tenure: Tenure, tmp_path: Path) -> Desk:
    return Desk(service, tenure, tmp_path)


def test_what_the_partner_owes_is_answered_by_a_mail(desk: Desk) -> None:
    """SUP-21."""
    case_id = desk.asked()

    answered = desk.reply(case_id, "Since Monday.\n\n> Since when?\n", to=CaseMail.CASE_QUESTION)

    assert answered.code == 0, answered.err
    assert answered.json["result"] == "answered"
    assert (answered.json["id"], answered.json["updates"]) == (case_id, ["partner_answered"])
    assert answered.json["stage"] == desk.view(case_id).stage == "in_progress"
    assert desk.paper(case_id, "answer/1")["answer"] == "Since Monday."
    assert answered.json["warnings"] == []


def test_a_second_intake_changes_nothing_wherever_the_case_stands_by_then(desk: Desk) -> None:
    """R9."""
    case_id, id_ = desk.asked(), "twice-1@hikari.example.com"
    first = desk.reply(case_id, id_=id_)

    again = desk.reply(case_id, id_=id_)
    desk.send(case_id, "ask_partner", AskPartner(by="agent-7", question="And who?"))
    later = desk.reply(case_id, id_=id_)
    desk.send(case_id, "resolve", Resolve(by="agent-7", solution="Done."))
    at_last = desk.reply(case_id, id_=id_)

    assert [each.code for each in (first, again, later, at_last)] == [0, 0, 0, 0]
    assert [each.json["result"] for each in (again, later, at_last)] == ["already_taken"] * 3
    assert not at_last.json["look"]
    assert first.json["update_ids"] == again.json["update_ids"]
    assert desk.view(case_id).stage == "resolved"
    assert {name for name in desk.papers(case_id) if name.startswith("answer")} == {"answer/1"}
    assert desk.written_by_partner(case_id) == []


def test_a_second_intake_after_the_case_was_closed_starts_nothing_either(desk: Desk) -> None:
    case_id, id_ = desk.asked(), "twice-2@hikari.example.com"
    desk.reply(case_id, id_=id_)
    close(desk, case_id)

    answered = desk.reply(case_id, id_=id_)

    assert (answered.code, answered.json["result"], answered.json["stage"]) == (0, "already_taken", "closed")
    assert desk.reply(case_id, "Since Monday.", "--dry-run", id_=id_).json["would_be"] == "already_taken"


def test_the_same_message_id_with_another_text_is_a_conflict(desk: Desk) -> None:
    case_id, id_ = desk.asked(), "twice-3@hikari.example.com"
    desk.reply(case_id, "Since Monday.", id_=id_)

    answered = desk.reply(case_id, "Since Tuesday.", id_=id_)

    assert (answered.code, answered.error["field"]) == (4, "Message-ID")


@pytest.mark.parametrize("at_work", [False, True])
def test_what_the_partner_does_not_owe_is_kept_and_the_case_stays_where_it_is(desk: Desk, at_work: bool) -> None:
    case_id = desk.case()
    if at_work:
        desk.send(case_id, "respond", Respond(by="agent-7"))
    stage = desk.view(case_id).stage

    answered = desk.reply(case_id, "It affects Osaka, too. ken@hikari.example.com knows more")

    assert answered.json["result"] == "noted", answered.err
    assert answered.json["updates"] == ["partner_wrote"]
    assert answered.json["stage"] == desk.view(case_id).stage == stage == ("in_progress" if at_work else "acknowledged")
    text = "It affects Osaka, too. ken@hikari.example.com knows more"
    assert eventually(lambda: desk.written_by_partner(case_id)) == [text]
    assert "Osaka" not in str(desk.service.store.events(NAME, case_id)), "what partners write is no part of the record"
    assert (answered.json["look"], answered.json["warnings"]) == (False, [])


def test_thanks_do_not_reopen_a_resolved_case_and_somebody_is_asked_to_look(desk: Desk) -> None:
    """SUP-21."""
    case_id = desk.case()
    desk.send(case_id, "resolve", Resolve(by="agent-7", solution="The rule was corrected."))

    id_ = "thanks-1@hikari.example.com"
    planned = desk.reply(case_id, "Thank you!", "--dry-run", to=CaseMail.CASE_RESOLVED, id_=id_)
    answered, again = (desk.reply(case_id, "Thank you!", to=CaseMail.CASE_RESOLVED, id_=id_) for _ in range(2))

    assert answered.code == 0, answered.err
    assert (planned.json["would_be"], planned.json["look"]) == ("noted", True)
    assert (again.json["result"], again.json["look"]) == ("already_taken", True), (
        "the first intake may have been cut off"
    )
    assert (answered.json["result"], answered.json["stage"], answered.json["look"]) == ("noted", "resolved", True)
    assert "somebody should read this mail" in answered.json["warnings"][0]
    view = desk.view(case_id)
    assert (view.stage, view.jeopardy, view.attention) == ("resolved", ("partner_wrote",), True)
    assert eventually(lambda: desk.written_by_partner(case_id)) == ["Thank you!"]


# The address that was asked for.


@pytest.fixture
def account(service: Background) -> None:
    service.store.upsert_accounts(
        [an_account("700900100", super_admin=SUPER_ADMIN, domains=[])], datetime(2026, 11, 27, tzinfo=UTC)
    )


@pytest.mark.usefixtures("account")
def test_the_super_admin_s_address_finds_the_account_and_the_case_goes_on_by_itself(desk: Desk) -> None:
    """SUP-13, AMB-33, AMB-36."""
    case_id = desk.without_account()

    answered = desk.reply(case_id, WITH_ADDRESS, to=CaseMail.CASE_IDENTIFIER_WANTED)

    assert answered.code == 0, answered.err
    assert (answered.json["result"], answered.json["updates"]) == ("main_email_set", ["set_main_email"])
    view = desk.view(case_id)
    assert (view.stage, view.facts["account"]) == ("acknowledged", "700900100")
    assert view.facts["priority_customer"] == "yes"
    assert desk.written_by_partner(case_id) == []


@pytest.mark.usefixtures("account")
def test_what_stands_beside_the_address_is_kept_too(desk: Desk) -> None:
    case_id, id_ = desk.without_account(), "beside-1@hikari.example.com"
    text = f"{WITH_ADDRESS}\nIt is urgent."

    answered, again = desk.reply(case_id, text, id_=id_), desk.reply(case_id, text, id_=id_)

    assert answered.json["updates"] == ["set_main_email", "partner_wrote"], answered.err
    assert (answered.json["result"], again.json["result"]) == ("main_email_set", "already_taken")
    assert eventually(lambda: desk.written_by_partner(case_id)) == [f"{WITH_ADDRESS}\nIt is urgent."]
    assert SUPER_ADMIN not in str(desk.service.store.events(NAME, case_id))


@pytest.mark.usefixtures("account")
def test_an_intake_that_was_cut_off_after_the_address_goes_on_with_the_text(desk: Desk) -> None:
    case_id, text, id_ = desk.without_account(), f"{WITH_ADDRESS}\nIt is urgent.", "cut-1@hikari.example.com"
    written = mail(text.encode(), id_=id_)
    reply = reply_of(read_message(written), Subject(NAME, case_id), HERE)
    handle = desk.service.client.get_workflow_handle(workflow_id(NAME, case_id))
    message, key = reply.messages["set_main_email"], reply.update_id("set_main_email")
    desk.service.do(handle.execute_update("set_main_email", message, id=key))

    answered = desk.reply(case_id, text, id_=id_)

    assert answered.json["updates"] == ["set_main_email", "partner_wrote"], answered.err
    assert len(eventually(lambda: desk.written_by_partner(case_id))) == 1


def test_without_a_label_an_address_is_an_answer_like_any_other(desk: Desk) -> None:
    """SUP-13: an agent fills the field in."""
    case_id = desk.without_account()

    answered = desk.reply(case_id, f"It is {SUPER_ADMIN}.", to=CaseMail.CASE_IDENTIFIER_WANTED)

    assert (answered.json["result"], answered.json["stage"]) == ("answered", "in_progress"), answered.err
    assert desk.paper(case_id, "answer/1")["answer"] == f"It is {SUPER_ADMIN}."


@pytest.mark.usefixtures("account")
def test_an_address_beside_the_answer_to_a_question_is_filled_in_too(desk: Desk) -> None:
    case_id = desk.asked(main_email=None, channel=Channel.EMAIL, organization_id="700900100")

    answered = desk.reply(case_id, f"Since Monday.\n{WITH_ADDRESS}", to=CaseMail.CASE_QUESTION)

    assert answered.json["updates"] == ["set_main_email", "partner_answered"], answered.err
    assert answered.json["stage"] == "in_progress"


def test_an_address_that_is_no_super_admin_s_is_kept_in_the_answer(desk: Desk) -> None:
    """SUP-13: an address that leads to no account takes none away."""
    store, now = desk.service.store, datetime(2026, 11, 27, tzinfo=UTC)
    store.upsert_accounts([an_account("700900200", super_admin=None, domains=["minami.example"])], now)
    by_domain = {"customer_email": "ai@minami.example", "main_email": None, "organization_id": None}
    case_id = desk.asked(channel=Channel.EMAIL, **by_domain)
    store.upsert_accounts([an_account("700900200", super_admin=None, domains=[])], now)
    text, id_ = "Customer main e-mail: nobody@else.example", "wrong-1@hikari.example.com"

    answered, again = desk.reply(case_id, text, id_=id_), desk.reply(case_id, text, id_=id_)
    desk.send(case_id, "ask_partner", AskPartner(by="agent-7", question="And who?"))
    later = desk.reply(case_id, text, id_=id_)

    assert answered.json["updates"] == ["partner_answered"], answered.err
    assert [each.json["result"] for each in (answered, again, later)] == ["answered", "already_taken", "already_taken"]
    assert desk.paper(case_id, "answer/1")["answer"] == text
    assert desk.view(case_id).stage == "pending"


def test_what_a_case_refused_at_first_is_not_sent_again_when_it_would_take_it(desk: Desk) -> None:
    store, now = desk.service.store, datetime(2026, 11, 27, tzinfo=UTC)
    store.upsert_accounts([an_account("700900300", super_admin=None, domains=["kita.example"])], now)
    by_domain = {"customer_email": "ai@kita.example", "main_email": None, "organization_id": None}
    case_id = desk.case(channel=Channel.EMAIL, **by_domain)
    store.upsert_accounts([an_account("700900300", super_admin=None, domains=[])], now)
    text, id_ = "Customer main e-mail: nobody@else.example", "wrong-2@hikari.example.com"

    answered = desk.reply(case_id, text, id_=id_)
    desk.send(case_id, "ask_partner", AskPartner(by="agent-7", question="Who?"))
    again = desk.reply(case_id, text, id_=id_)

    assert (answered.json["result"], answered.json["updates"]) == ("noted", ["partner_wrote"]), answered.err
    assert (again.json["result"], again.json["stage"]) == ("already_taken", "pending")
    assert "answer/1" not in desk.papers(case_id)


# What becomes a case of its own.


def close(desk: Desk, case_id: str) -> None:
    desk.send(case_id, "resolve", Resolve(by="agent-7", solution="Done."))
    desk.send(case_id, "close", Close(by="agent-7"))
    desk.service.do(desk.service.client.get_workflow_handle(workflow_id(NAME, case_id)).result())


def test_a_reply_to_a_closed_case_starts_one_that_names_it(desk: Desk) -> None:
    case_id, id_ = desk.case(), "over-1@hikari.example.com"
    close(desk, case_id)

    answered, again = desk.reply(case_id, id_=id_), desk.reply(case_id, id_=id_)

    assert answered.json["result"] == "started", answered.err
    assert desk.started(answered).description == f"{OVER.format(id=case_id)}\n\nSince Monday."
    assert f"case {case_id}, which takes no answers any more" in answered.json["warnings"][0]
    assert (again.code, again.json["result"]) == (0, "already_started")


def test_a_reply_about_a_case_that_temporal_does_not_know_starts_one(desk: Desk) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    found = desk.service.store.claim("case-gone/x", "case_question", NAME, "R-gone", "partner_contact", now)

    answered = desk.taken_in("Since Monday.", headers=(f"In-Reply-To: {found.message_id}",))

    assert answered.json["result"] == "started", answered.err
    assert "R-gone" in desk.started(answered).description.split("\n")[0]


@pytest.mark.parametrize(
    "sender", ["mallory@evil.example", f"Ken Sato {PARTNER} <mallory@evil.example>", "x@sub.hikari.example.com"]
)
def test_whoever_is_not_its_partner_touches_no_case(desk: Desk, sender: str) -> None:
    """Anybody can write a Message-ID into a header."""
    case_id = desk.asked()

    answered = desk.reply(case_id, WITH_ADDRESS, sender=sender)

    assert answered.json["result"] == "started", answered.err
    assert desk.started(answered).description.startswith(NOT_THEIRS.format(id=case_id))
    assert f"case {case_id} stays as it is" in answered.json["warnings"][0]
    assert desk.view(case_id).stage == "pending"
    assert (desk.papers(case_id) & {"answer/1"}, desk.written_by_partner(case_id)) == (set(), [])


def test_the_same_mail_starts_the_same_case_when_the_one_that_it_names_is_closed_since(desk: Desk) -> None:
    case_id, id_, sender = desk.asked(), "forged-2@evil.example", "mallory@evil.example"
    first = desk.reply(case_id, id_=id_, sender=sender)
    close(desk, case_id)

    again = desk.reply(case_id, id_=id_, sender=sender)

    assert first.json["result"] == "started", first.err
    assert (again.code, again.json["result"]) == (0, "already_started"), again.err


@pytest.mark.parametrize(
    ("contact", "sender", "result"),
    [
        (PARTNER, PARTNER.upper(), "answered"),
        (PARTNER, COLLEAGUE, "answered"),
        ("ken@provider.example", "ken@provider.example", "answered"),
        ("ken@provider.example", "mallory@provider.example", "started"),
        ("ken@straße.example", "yuki@xn--strae-oqa.example", "answered"),
    ],
)
def test_a_colleague_may_answer_and_a_stranger_with_the_same_provider_may_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, contact: str, sender: str, result: str
) -> None:
    assert {"gmail.com", "yahoo.co.jp", "naver.com"} <= OF_EVERYBODY
    monkeypatch.setattr("starter.intake.mail_addressee.OF_EVERYBODY", frozenset({"provider.example"}))
    case_id = desk.asked(partner_contact=a_person(contact))

    answered = desk.reply(case_id, sender=sender)

    assert answered.json["result"] == result, answered.err


def test_a_mail_that_names_mails_of_others_starts_a_case_as_ever(desk: Desk) -> None:
    answered = desk.taken_in("It is broken.", headers=("In-Reply-To: <a@elsewhere.example>",))

    assert answered.json["result"] == "started", answered.err
    assert desk.started(answered).description == "It is broken."


def test_a_mail_of_ours_about_an_order_leads_to_no_case(desk: Desk) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    found = desk.service.store.claim("order-x/y", "hold_started", Lifecycle.ORDER, "SO-1", "partner", now)

    answered = desk.taken_in("It is broken.", headers=(f"In-Reply-To: {found.message_id}",))

    assert desk.started(answered).description == "It is broken."


def test_a_conversation_leads_to_its_case_by_any_of_its_mails(desk: Desk) -> None:
    case_id = desk.asked()
    ours = desk.written(case_id, CaseMail.CASE_QUESTION)
    headers = ("In-Reply-To: <colleague@hikari.example.com>", f"References: {ours} <colleague@hikari.example.com>")

    answered = desk.taken_in("Since Monday.", headers=headers, sender=COLLEAGUE)

    assert (answered.json["result"], answered.json["id"]) == ("answered", case_id), answered.err


def test_an_automatic_reply_answers_nothing(desk: Desk) -> None:
    case_id = desk.asked()

    answered = desk.reply(case_id, "I am away.", headers=("Auto-Submitted: auto-replied",))

    assert answered.code == 3
    assert desk.view(case_id).stage == "pending"


# Before anything is done, and when nobody answers.


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("opened", "text", "updates", "would_be"),
    [
        (Desk.asked, "Since Monday.", ["partner_answered"], "answered"),
        (Desk.case, "Since Monday.", ["partner_wrote"], "noted"),
        (Desk.without_account, WITH_ADDRESS, ["set_main_email"], "main_email_set"),
        (Desk.without_account, f"{WITH_ADDRESS}Quick!", ["set_main_email", "partner_wrote"], "main_email_set"),
        (Desk.without_account, "No idea.", ["partner_answered"], "answered"),
    ],
)
def test_a_dry_run_says_what_would_happen_and_touches_nothing(
    desk: Desk, opened: Callable[[Desk], str], text: str, updates: list[str], would_be: str
) -> None:
    case_id, id_ = opened(desk), f"dry-{next(NUMBERS)}@hikari.example.com"
    before = desk.view(case_id)

    planned = desk.reply(case_id, text, "--dry-run", id_=id_)

    assert planned.json["result"] == "valid", planned.err
    assert (planned.json["would_be"], planned.json["updates"]) == (would_be, updates)
    after = desk.view(case_id)
    assert (after.stage, after.can_send) == (before.stage, before.can_send)
    done = desk.reply(case_id, text, id_=id_)
    assert (done.json["result"], done.json["updates"]) == (would_be, updates)
    assert desk.reply(case_id, text, "--dry-run", id_=id_).json["would_be"] == "already_taken"


def test_a_dry_run_of_a_stranger_s_reply_plans_a_case(desk: Desk) -> None:
    case_id, id_ = desk.asked(), "dry-stranger@evil.example"

    planned = desk.reply(case_id, "Hello.", "--dry-run", id_=id_, sender="mallory@evil.example")

    assert planned.json["result"] == "valid", planned.err
    assert planned.json["id"] == case_id_of(read_message(mail(b"Hello.", id_=id_)))
    assert f"case {case_id} stays as it is" in planned.json["warnings"][0]
    with pytest.raises(NotKnown):
        desk.service.store.columns(NAME, planned.json["id"])


def test_people_read_which_case_took_it(desk: Desk) -> None:
    case_id, file = desk.asked(), desk.directory / "people.eml"
    named = f"In-Reply-To: {desk.written(case_id, CaseMail.CASE_QUESTION)}"
    file.write_bytes(mail(b"Since Monday.", named, id_="people-1@hikari.example.com", sender=PARTNER))

    planned, taken = desk.tenure("case", "intake", file, "--dry-run"), desk.tenure("case", "intake", file)
    again = desk.tenure("case", "intake", file)

    assert f"Case {case_id} would take it (partner_answered)" in planned.out
    assert f"Taken by case {case_id} (partner_answered); it is in_progress." in taken.out
    assert again.out.startswith("Already taken")
    assert "Monday" not in planned.out + taken.out + again.out


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_reply_is_never_a_case_because_the_store_did_not_answer(
    tenure: Tenure, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """A mail server keeps the mail then: see docs."""
    file = tmp_path / "reply.eml"
    file.write_bytes(mail(b"Since Monday.", "In-Reply-To: <a@tenure.example>"))

    assert tenure("case", "intake", file, *options).code == 7


@pytest.mark.parametrize("question", ["written_about", "person", "start_as_given"])
def test_nor_because_the_store_failed_when_it_was_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    case_id = desk.asked()
    ours = desk.written(case_id, CaseMail.CASE_QUESTION)

    def fails(*_given: Any) -> Any:
        raise DatabaseTrouble

    monkeypatch.setattr(SqlStore, question, fails)
    answered = desk.taken_in("Since Monday.", headers=(f"In-Reply-To: {ours}",), sender=PARTNER)

    assert answered.code == 7, answered.out
    assert desk.view(case_id).stage == "pending"


def test_a_note_and_an_answer_come_from_upstream_and_say_who_handed_them_in() -> None:
    found = reply_of(read_message(mail(b"x", id_="a@x.example")), Subject(NAME, "C-1"), HERE)

    assert {(each.by, each.source) for each in found.messages.values()} == {("mail-1", "upstream")}
    assert isinstance(found.messages["partner_answered"], PartnerAnswered)
    assert isinstance(found.messages["partner_wrote"], PartnerWrote)
