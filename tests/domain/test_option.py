"""An option request: the table of domain.md §10.5, its details, its one expectation. OPT-01 to OPT-05."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.kind import Kind
from domain.lifecycle import PostedMail
from domain.mails import MailState
from domain.operator import ExtendDueDate, RetryMail
from domain.option import letters
from domain.option.facts import OptionFacts
from domain.option.kind import OPTION
from domain.option.list_line import OptionLine
from domain.option.mails import OptionMail
from domain.option.messages import DETAILED, INQUIRIES, ContactOf, OptionKind, RequestOption
from domain.option.people import NEW_CONTACT, OptionPeople
from domain.option.policy import OptionPolicy
from domain.option.recompute import OptionRecount
from domain.option.row import OptionRow
from domain.option.state import EXPECTED, NOT_KNOWN_YET, OptionState
from domain.option.states import NEXT, TABLE, OptionEvent, OptionStage
from domain.option.view import option_view
from domain.recompute import PresentRules
from domain.repair import News
from domain.values import ERASED, Refused
from domain.view import Mark
from tests.makers import MONDAY, a_person, days
from tests.options import (
    DETAILS,
    SITE,
    SUBSCRIPTION_ID,
    a_request,
    begun,
    done,
    opened,
    turned_down,
    what_is_known,
    withdrawn,
)
from tests.zones import changed

S, V, K, M = OptionStage, OptionEvent, OptionKind, OptionMail

SECOND = timedelta(seconds=1)

WORK = sorted(set(K) - INQUIRIES)

SENT: dict[str, Callable[[OptionState, datetime], None]] = {
    "begin_work": lambda state, now: state.begin_work(begun(), now),
    "complete": lambda state, now: state.complete(done(), now),
    "reject": lambda state, now: state.reject(turned_down(), now),
    "cancel": lambda state, now: state.cancel(withdrawn(), now),
}
"""Every update."""

ON_THE_WAY = {
    S.ACKNOWLEDGED: (),
    S.IN_PROGRESS: ("begin_work",),
    S.COMPLETED: ("begin_work", "complete"),
    S.REJECTED: ("reject",),
    S.CANCELLED: ("cancel",),
}
"""How a request comes to a stage."""

LEADS_TO = {
    (S.ACKNOWLEDGED, "begin_work"): S.IN_PROGRESS,
    (S.ACKNOWLEDGED, "reject"): S.REJECTED,
    (S.ACKNOWLEDGED, "cancel"): S.CANCELLED,
    (S.IN_PROGRESS, "complete"): S.COMPLETED,
    (S.IN_PROGRESS, "reject"): S.REJECTED,
}
"""domain.md §10.5; all others are refused."""


def at(stage: OptionStage, kind: OptionKind = K.LOGO) -> OptionState:
    """A request in that stage."""
    state = opened(a_request(kind))
    for update in ON_THE_WAY[stage]:
        SENT[update](state, MONDAY)
    return state


def posted(state: OptionState) -> list[str]:
    return [mail.kind for mail in state.mails.values()]


def events(state: OptionState) -> list[str]:
    return [event.type for event in state.journal.unrecorded]


def meets_what_is_due(state: OptionState, now: datetime) -> None:
    """As the workflow does."""
    for deadline in state.agenda.take_due(now).act:
        state.endanger(deadline.name, now, deadline.at)


# The table.


@pytest.mark.parametrize("stage", S)
@pytest.mark.parametrize("update", SENT)
def test_every_update_in_every_stage_moves_it_on_or_is_refused_naming_both_sides(
    stage: OptionStage, update: str
) -> None:
    state = at(stage)
    before = state.model_dump()
    if following := LEADS_TO.get((stage, update)):
        SENT[update](state, MONDAY)
        assert state.stage is following
    else:
        asked = TABLE.asked[OPTION.updates[update].event]  # type: ignore[index]
        with pytest.raises(Refused, match=rf"^cannot {asked}: the request is {stage}"):
            SENT[update](state, MONDAY)
        assert state.model_dump() == before, "nothing was changed"
    assert (update in option_view(at(stage), MONDAY).can_send) is bool(following)


def test_the_table_knows_no_other_move_but_the_answer_to_an_inquiry() -> None:
    moves = {(stage, OPTION.updates[update].event): then for (stage, update), then in LEADS_TO.items()}
    assert moves | {(S.ACKNOWLEDGED, V.ANSWERED): S.COMPLETED} == NEXT


def test_after_work_has_begun_a_cancel_is_told_what_is_still_possible() -> None:
    with pytest.raises(Refused) as refused:
        at(S.IN_PROGRESS).cancel(withdrawn(), MONDAY)
    assert str(refused.value) == (
        "cannot cancel the request: the request is in_progress; work has begun, and it can be completed or rejected"
    )


# What may be asked for.


@pytest.mark.parametrize("kind", K)
def test_opt_02_04_every_kind_is_asked_for_with_its_own_details(kind: OptionKind) -> None:
    asked = a_request(kind)
    assert [name for name in DETAILED if getattr(asked, name) is not None] == [k for k in DETAILED if k is kind]


@pytest.mark.parametrize("kind", DETAILED)
def test_opt_02_its_details_are_required(kind: OptionKind) -> None:
    without: dict[str, Any] = {str(kind): None}
    with pytest.raises(ValidationError, match=rf"{kind} is required for kind {kind} \(OPT-02\)"):
        a_request(kind, **without)


@pytest.mark.parametrize("kind", DETAILED)
@pytest.mark.parametrize("other", K)
def test_opt_02_details_of_another_kind_are_refused(kind: OptionKind, other: OptionKind) -> None:
    if kind is other:
        return
    with pytest.raises(ValidationError, match=rf"{kind} must be left out for kind {other} \(OPT-02\)"):
        a_request(other, **DETAILS[kind])


@pytest.mark.parametrize("text", [None, ""])
def test_opt_04_something_else_is_said_in_words(text: str | None) -> None:
    with pytest.raises(ValidationError, match=r"text is required for kind other \(OPT-04\)"):
        a_request(K.OTHER, text=text)


@pytest.mark.parametrize(
    ("kind", "field", "wrong"),
    [
        (K.LANGUAGE, "language", {"language": "klingonish"}),
        (K.LANGUAGE, "language", {"language": ""}),
        (K.LANGUAGE, "site", {"site": "not a host"}),
        (K.SITE_SPLIT, "named_users", {"named_users": 0}),
        (K.SITE_SPLIT, "named_users", {"named_users": 1_000_001}),
        (K.SITE_SPLIT, "url", {"url": ""}),
        (K.CONTACT, "contact_of", {"contact_of": "neighbour"}),
        (K.CONTACT, "email", {"person": a_person().model_dump() | {"email": "nobody"}}),
        (K.SESSION_TYPE, "name", {"name": ""}),
        (K.SESSION_TYPE, "name", {"name": "x" * 201}),
        (K.LOGO, "image", {"image": "ftp://akasaka.example.com/logo.png"}),
    ],
)
def test_opt_02_details_that_make_no_sense_are_refused_by_their_field(
    kind: OptionKind, field: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        a_request(kind, **{kind: DETAILS[kind][kind] | wrong})
    assert {error["loc"][-1] for error in refused.value.errors()} == {field}


@pytest.mark.parametrize("named_users", [1, 1_000_000])
def test_ord_33_a_new_site_has_one_named_user_at_least(named_users: int) -> None:
    asked = a_request(K.SITE_SPLIT, site_split=DETAILS[K.SITE_SPLIT]["site_split"] | {"named_users": named_users})
    assert asked.site_split is not None
    assert asked.site_split.named_users == named_users


# Inquiries.


@pytest.mark.parametrize(
    ("kind", "known", "answer"),
    [
        (K.RENEWAL_DATE, {}, "2027-06-01"),
        (K.CSM, {}, "csm-1"),
        (K.CSM, {"csm": None}, "not assigned yet"),
    ],
)
def test_opt_03_an_inquiry_is_answered_at_once_by_mail_and_in_the_view(
    kind: OptionKind, known: dict[str, Any], answer: str
) -> None:
    state = opened(a_request(kind), **known)
    assert (state.stage, posted(state)) == (S.COMPLETED, [M.OPTION_ANSWERED]), "and nothing is acknowledged before"
    view = option_view(state, MONDAY)
    assert (view.facts["answer"], view.stage_in_words) == (answer, "is answered")
    assert [(step.name, step.mark) for step in view.steps] == [("Received", Mark.DONE), ("Answered", Mark.DONE)]
    assert (view.awaiting, view.can_send) == ((), ())
    assert state.journal.unrecorded[-1].data["answer"] == answer


@pytest.mark.parametrize("kind", sorted(INQUIRIES))
def test_opt_03_an_inquiry_is_answered_whatever_the_policy_says_of_other_mails(kind: OptionKind) -> None:
    silent = OptionPolicy(acknowledge=False, tell_outcome=False, expected_within=days(1))
    state = opened(a_request(kind, policy=silent))
    assert (posted(state), state.agenda.pending) == ([M.OPTION_ANSWERED], [])


# Mails.


@pytest.mark.parametrize("kind", WORK)
def test_amb_5_it_is_acknowledged_and_its_outcome_is_told_once(kind: OptionKind) -> None:
    state = opened(a_request(kind))
    assert posted(state) == [M.OPTION_ACKNOWLEDGED]
    state.begin_work(begun(), MONDAY)
    state.complete(done(), MONDAY)
    if state.effect_is_due:
        assert posted(state) == [M.OPTION_ACKNOWLEDGED], "not before it is in effect"
        state.took_effect(None, MONDAY)
    assert posted(state) == [M.OPTION_ACKNOWLEDGED, M.OPTION_COMPLETED]


@pytest.mark.parametrize("acknowledge", [True, False])
@pytest.mark.parametrize("tell", [True, False])
@pytest.mark.parametrize("kind", [K.LOGO, K.LANGUAGE])
def test_amb_5_both_mails_are_switches_of_the_policy(acknowledge: bool, tell: bool, kind: OptionKind) -> None:
    asked = a_request(kind, policy=OptionPolicy(acknowledge=acknowledge, tell_outcome=tell))
    completed, rejected = opened(asked), opened(asked)
    completed.begin_work(begun(), MONDAY)
    completed.complete(done(), MONDAY)
    if completed.effect_is_due:
        completed.took_effect(None, MONDAY)
    rejected.reject(turned_down(), MONDAY)
    first = [M.OPTION_ACKNOWLEDGED] * acknowledge
    assert posted(completed) == first + [M.OPTION_COMPLETED] * tell
    assert posted(rejected) == first + [M.OPTION_REJECTED] * tell


def test_nobody_is_told_of_what_came_to_nothing() -> None:
    """The subscription was terminated between the work's end and its effect."""
    state = at(S.COMPLETED, K.LANGUAGE)
    state.took_effect("subscription sub-SO-100001 is over", MONDAY)
    assert (posted(state), state.effect_is_due) == ([M.OPTION_ACKNOWLEDGED], False)
    assert events(state)[-1] == "option.without_effect"
    assert option_view(state, MONDAY).facts["without_effect"] == "subscription sub-SO-100001 is over"


def test_who_cancels_gets_no_mail_about_it() -> None:
    assert posted(at(S.CANCELLED)) == [M.OPTION_ACKNOWLEDGED]


@pytest.mark.parametrize("stage", S)
def test_a_mail_that_waited_is_sent_only_while_it_is_true(stage: OptionStage) -> None:
    row = OptionRow(state=at(stage), placed=a_request(K.LOGO))
    sent = {kind for kind in M if letters.wanted(row, PostedMail(key="k", kind=kind))}
    acknowledged = {M.OPTION_ACKNOWLEDGED} if stage in {S.ACKNOWLEDGED, S.IN_PROGRESS} else set()
    assert sent == {M.OPTION_ANSWERED, M.OPTION_COMPLETED, M.OPTION_REJECTED} | acknowledged


def facts_of(state: OptionState, asked: RequestOption, kind: OptionMail = M.OPTION_ACKNOWLEDGED) -> OptionFacts:
    return letters.facts(OptionRow(state=state, placed=asked), state.mails[f"option-OR-1/{kind}"], MONDAY)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (K.LANGUAGE, {"site": SITE, "language": "pt-BR"}),
        (K.SITE_SPLIT, {"site": SITE, "new_site": "akasaka-lab.webex.example", "named_users": 10}),
        (K.CONTACT, {"contact_of": "customer", "contact_name": "鈴木 太郎"}),
        (
            K.SESSION_TYPE,
            {"site": SITE, "session_type": "Sales training", "request_text": "Up to 200 people."},
        ),
        (K.LOGO, {"site": SITE, "logo_url": "https://akasaka.example.com/logo.png"}),
        (K.OTHER, {"request_text": "Please call us about our plans."}),
    ],
)
def test_the_mails_say_what_was_asked_for_and_nothing_else(kind: OptionKind, said: dict[str, Any]) -> None:
    asked = a_request(kind)
    facts = facts_of(opened(asked), asked).model_dump(exclude_none=True)
    about = {"customer_company", "request_id", "kind", "subscription_id", "facing_partner", "requested_at"}
    assert {name: value for name, value in facts.items() if name not in about} == said


def test_a_word_beside_a_session_type_is_not_lost() -> None:
    asked = a_request(K.SESSION_TYPE, text="By Friday, please.")
    assert facts_of(opened(asked), asked).request_text == "Up to 200 people.\n\nBy Friday, please."


def test_the_answer_s_facts_are_those_of_the_day_it_was_asked() -> None:
    asked = a_request(K.RENEWAL_DATE)
    facts = facts_of(opened(asked), asked, M.OPTION_ANSWERED)
    assert (str(facts.renewal_date), facts.days_left, facts.csm) == ("2027-06-01", 365, None)
    asked = a_request(K.CSM)
    assert facts_of(opened(asked, csm=None), asked, M.OPTION_ANSWERED).csm is None
    facts = facts_of(opened(asked), asked, M.OPTION_ANSWERED)
    assert (facts.csm, facts.renewal_date, facts.days_left) == ("csm-1", None, None)


def test_what_the_vendor_says_is_in_the_mail_about_the_outcome() -> None:
    asked = a_request(K.LOGO)
    completed, rejected = at(S.IN_PROGRESS), at(S.IN_PROGRESS)
    completed.complete(done("shown from tomorrow on"), MONDAY)
    rejected.reject(turned_down("the picture is too small"), MONDAY)
    assert facts_of(completed, asked, M.OPTION_COMPLETED).note == "shown from tomorrow on"
    assert facts_of(completed, asked, M.OPTION_COMPLETED).completed_at == MONDAY
    assert facts_of(completed, asked, M.OPTION_COMPLETED).rejection is None
    assert facts_of(rejected, asked, M.OPTION_REJECTED).rejection == "the picture is too small"


# What is expected, and age.


TUESDAY_ENDS = datetime(2026, 6, 2, 15, tzinfo=UTC)
"""In Tokyo: one day after MONDAY."""


def expecting(**changes: Any) -> OptionState:
    """Somebody expects an outcome by the next day."""
    return opened(a_request(K.LOGO, policy=OptionPolicy(expected_within=days(1)), **changes))


def test_amb_5_nobody_expects_a_day_unless_the_policy_says_so() -> None:
    state = opened(a_request(K.LOGO))
    assert (state.agenda.pending, state.expected_at) == ([], None)
    assert "expected_at" not in option_view(state, MONDAY).facts


def test_amb_5_39_late_is_an_alert_from_the_end_of_the_day_on_and_never_a_failure() -> None:
    state = expecting()
    assert state.expected_at == TUESDAY_ENDS
    meets_what_is_due(state, TUESDAY_ENDS - SECOND)
    assert (state.jeopardy, state.attention) == ([], False)
    meets_what_is_due(state, TUESDAY_ENDS)
    assert (state.jeopardy, state.attention, state.stage) == ([EXPECTED], True, S.ACKNOWLEDGED)
    assert "There was no outcome by the day it was expected" in option_view(state, TUESDAY_ENDS).troubles
    meets_what_is_due(state, TUESDAY_ENDS + days(100))
    assert events(state).count("option.jeopardy") == 1


def test_amb_39_the_clocks_going_back_move_no_day() -> None:
    known = {"zone": "Europe/Paris", "zone_rules": what_is_known().zone_rules}
    asked = a_request(K.LOGO, policy=OptionPolicy(expected_within=days(2)))
    friday = datetime(2026, 10, 23, 9, tzinfo=UTC)
    state = OptionState.requested(asked, friday)
    state.learn(what_is_known(**known | {"zone_rules": changed("Europe/Paris", friday, "CET-1CEST,M3.5.0,M10.5.0/3")}))
    state.begin(friday)
    assert state.expected_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_request_that_was_handed_in_late_is_expected_from_the_day_it_was_made_on() -> None:
    state = expecting(requested_at=MONDAY - days(5))
    assert state.expected_at == TUESDAY_ENDS - days(5)
    meets_what_is_due(state, MONDAY)
    assert state.jeopardy == [EXPECTED]


@pytest.mark.parametrize("end", ["complete", "reject", "cancel"])
def test_what_is_over_is_expected_no_more(end: str) -> None:
    state = expecting()
    if end == "complete":
        state.begin_work(begun(), MONDAY)
    SENT[end](state, MONDAY)
    assert state.agenda.pending == []


def test_an_alert_ends_with_the_request() -> None:
    state = expecting()
    meets_what_is_due(state, TUESDAY_ENDS)
    state.reject(turned_down(), TUESDAY_ENDS)
    assert (state.alerts, state.attention) == ((), False)
    assert state.jeopardy == [EXPECTED], "remembered"


def test_the_expected_day_can_be_moved() -> None:
    state = expecting()
    later = ExtendDueDate(by="ops-7", deadline=EXPECTED, at=TUESDAY_ENDS + days(7), reason="agreed")
    state.check_extend_due_date(later, MONDAY)
    state.extend_due_date(later, MONDAY)
    meets_what_is_due(state, TUESDAY_ENDS)
    assert (state.jeopardy, state.expected_at) == ([], TUESDAY_ENDS + days(7))


def test_amb_39_new_rules_of_the_zone_keep_the_expected_day_and_the_mail_that_names_it() -> None:
    state = expecting()
    rules = PresentRules(zone_rules=changed("Asia/Tokyo", MONDAY, "JST-10"))
    recount = OptionRecount(state, rules)
    assert [(each.name, each.at) for each in recount.moved()] == [(EXPECTED, TUESDAY_ENDS - timedelta(hours=1))]


@pytest.mark.parametrize(
    ("now", "age"),
    [
        (MONDAY, 0),
        (TUESDAY_ENDS - days(1) - SECOND, 0),
        (TUESDAY_ENDS - days(1), 1),
        (TUESDAY_ENDS - SECOND, 1),
        (TUESDAY_ENDS, 2),
        (MONDAY + days(30), 30),
    ],
)
def test_amb_5_39_its_age_is_counted_in_days_of_the_customers_calendar(now: datetime, age: int) -> None:
    state = opened(a_request(K.LOGO))
    assert (state.age(now), OptionLine.of(state, now).age_in_days) == (age, age)


def test_amb_5_what_is_over_grows_no_older() -> None:
    state = opened(a_request(K.LOGO))
    state.begin_work(begun(), MONDAY)
    state.complete(done(), MONDAY + days(3))
    assert state.age(MONDAY + days(300)) == 3


def test_a_list_says_what_for_which_subscription_and_for_how_long() -> None:
    line = OptionLine.of(opened(a_request(K.SITE_SPLIT)), MONDAY + days(1))
    assert (line.request, line.requested, line.subscription) == ("OR-1", "site_split", SUBSCRIPTION_ID)
    assert line.cells() == {"asked for": "site split", "subscription": SUBSCRIPTION_ID, "age": "1 day"}


# Who is concerned, and what is shown.


def test_until_its_subscription_is_known_it_says_so() -> None:
    view = option_view(OptionState.requested(a_request(), MONDAY), MONDAY)
    assert (view.customer_id, view.partner_id) == (NOT_KNOWN_YET, "hikari")
    assert view.steps[0].mark is Mark.CURRENT


def test_its_days_are_those_of_the_customer_and_not_of_whoever_asks() -> None:
    asked = a_request(K.LOGO, requester=a_person("ann@hikari.example.com", zone="America/Denver"))
    state = OptionState.requested(asked, MONDAY)
    assert state.zone == "America/Denver"
    state.learn(what_is_known())
    assert (state.zone, state.customer_id) == ("Asia/Tokyo", "akasaka")


@pytest.mark.parametrize("kind", K)
def test_everybody_sees_what_is_asked_for(kind: OptionKind) -> None:
    said = {
        K.LANGUAGE: f"language pt-BR on {SITE}",
        K.SITE_SPLIT: f"one more site, akasaka-lab.webex.example, with 10 of the named users of {SITE}",
        K.CONTACT: "another contact of the customer",
        K.SESSION_TYPE: f"the session type Sales training on {SITE}",
        K.LOGO: f"another logo on {SITE}: https://akasaka.example.com/logo.png",
        K.RENEWAL_DATE: "the renewal date",
        K.CSM: "the Customer Success Manager",
        K.OTHER: "something else, which its start says",
    }
    view = option_view(opened(a_request(kind)), MONDAY)
    assert view.what == f"Option request OR-1 for {said[kind]}"
    assert (view.kind, view.facts["subscription"]) == (f"option.{kind}", SUBSCRIPTION_ID)


@pytest.mark.parametrize("whose", ContactOf)
def test_a_contact_of_any_kind_can_be_shown(whose: ContactOf) -> None:
    contact = DETAILS[K.CONTACT]["contact"] | {"contact_of": whose}
    assert option_view(opened(a_request(K.CONTACT, contact=contact)), MONDAY).what.startswith("Option request OR-1")


@pytest.mark.parametrize(
    ("stage", "marks", "awaited"),
    [
        (S.ACKNOWLEDGED, "✓→○", "begin_work"),
        (S.IN_PROGRESS, "✓✓→", "complete"),
        (S.COMPLETED, "✓✓✓", None),
        (S.REJECTED, "✓✗○", None),
        (S.CANCELLED, "✓✗○", None),
    ],
)
def test_the_tracker_and_whom_it_waits_for(stage: OptionStage, marks: str, awaited: str | None) -> None:
    view = option_view(at(stage), MONDAY)
    assert [step.name for step in view.steps] == ["Received", "Work begun", "Completed"]
    assert "".join(step.mark for step in view.steps) == marks
    assert [each.update for each in view.awaiting] == ([awaited] if awaited else [])
    assert view.waits_for == (("vendor",) if awaited else ())


@pytest.mark.parametrize("kind", K)
def test_no_person_and_no_free_text_stands_in_what_travels(kind: OptionKind) -> None:
    asked = a_request(kind, text="Ask for Ms Tanaka.")
    state = opened(asked)
    said = state.model_dump_json() + option_view(state, MONDAY).model_dump_json()
    for personal in ("Tanaka", "鈴木", "佐藤", "@"):
        assert personal not in said


def test_its_people_are_taken_out_and_put_back() -> None:
    asked = a_request(K.CONTACT)
    people = OptionPeople(RequestOption)
    kept, named = people.without(asked), people.of(asked)
    assert kept["contact"] == {"contact_of": "customer"}
    assert "@" not in str(kept)
    assert people.back(kept, named) == asked
    erased = people.back(kept, {})
    assert erased.contact is not None
    assert (erased.requester, erased.contact.person) == (ERASED, ERASED)
    other = a_request(K.LOGO)
    assert people.back(people.without(other), people.of(other)) == other
    assert NEW_CONTACT not in people.of(other)


def test_a_refused_mail_that_is_tried_again_is_the_requester_s() -> None:
    state = opened(a_request(K.LOGO))
    (mail,) = state.mails.values()
    state.mail_reported(mail.key, MailState.REFUSED, None, MONDAY, "no such mailbox")
    state.retry_mail(RetryMail(by="ops-7", mail=mail.key, reason="corrected"), MONDAY)
    assert state.reader_of(mail) == "requester"


# What audit may do.


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("stage", S)
def test_a_completed_language_or_site_is_told_to_the_subscription_again(kind: OptionKind, stage: OptionStage) -> None:
    state = opened(a_request(kind)).model_copy(update={"stage": stage})
    told = [News("subscription", SUBSCRIPTION_ID, "option_completed", {"request_id": "OR-1"})]  # type: ignore[arg-type]
    expected = told if stage is S.COMPLETED and kind in {K.LANGUAGE, K.SITE_SPLIT} else []
    assert list(OPTION.repair.tells(state)) == expected


def test_whose_papers_it_needs() -> None:
    kind: Kind[OptionState] = OPTION
    assert kind.repair.people(opened(a_request(K.LOGO))) == {"requester"}
    assert kind.repair.people(opened(a_request(K.CONTACT))) == {"requester", NEW_CONTACT}
    assert kind.repair.people(at(S.COMPLETED, K.CONTACT)) == {"requester"}


def test_one_that_was_torn_off_can_be_closed() -> None:
    state = at(S.IN_PROGRESS)
    assert OPTION.repair.give_up is not None
    OPTION.repair.give_up(state, MONDAY, "its workflow was terminated")
    assert (state.stage, state.closed, state.closing_reason) == (S.CANCELLED, True, "its workflow was terminated")
