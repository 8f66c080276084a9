"""The dates of a confirmed match: contacts, announcements, and the end, whichever comes first. WHS-26, WHS-27, AMB-30.

Each instant is computed here a second time, by zoneinfo alone.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from domain.compliance.mails import ComplianceMail
from domain.compliance.policy import CompliancePolicy
from domain.compliance.recompute import CheckRecount
from domain.compliance.standing import CONTACT, LAST_CALL, UNREACHABLE, UNRESOLVED
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.compliance.view import sort_of
from domain.mails import MailState
from domain.operator import Hold, Resume
from domain.recompute import PresentRules
from tests.compliance import (
    POLICY,
    a_start,
    carried,
    clean,
    confirmed,
    contacted,
    deliver,
    due,
    ended_at,
    found,
    happened,
    in_review,
    look,
    non_compliant,
    pass_time,
    posted,
    replied,
)
from tests.makers import MONDAY, days
from tests.zones import today

S = CheckStage
CONTACTS, CALLS = ComplianceMail.COMPLIANCE_CONTACT, ComplianceMail.COMPLIANCE_LAST_CALL

SECOND: Final = timedelta(seconds=1)

CONFIRMED: Final = [
    ("Asia/Tokyo", datetime(2026, 3, 25, 15, 30)),
    ("Asia/Tokyo", datetime(2026, 10, 20, 23, 59)),
    ("Europe/Paris", datetime(2026, 3, 27, 0, 0)),
    ("Europe/Paris", datetime(2026, 3, 22, 23, 30)),
    ("Europe/Paris", datetime(2026, 10, 22, 18, 0)),
    ("Europe/Paris", datetime(2026, 10, 25, 2, 30)),
    ("America/New_York", datetime(2026, 3, 5, 8, 59)),
    ("America/New_York", datetime(2026, 3, 8, 3, 0)),
    ("America/New_York", datetime(2026, 10, 25, 20, 0)),
    ("America/New_York", datetime(2026, 11, 1, 1, 30)),
]
"""On the wall clock there: the clocks change within a contact, within the last answer, or within the thirty days."""

everywhere = pytest.mark.parametrize(("zone", "wall"), CONFIRMED)


def there(zone: str, day: date, at: time = time()) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def at_nine(zone: str, wall: datetime, after: int) -> datetime:
    """When mails of the so-manieth day after go out."""
    return there(zone, wall.date() + timedelta(after), time(9))


def midnight_after(zone: str, wall: datetime, after: int) -> datetime:
    """When the so-manieth day after is over."""
    return there(zone, wall.date() + timedelta(after + 1))


def confirmed_at(zone: str, wall: datetime) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def a_match_in(zone: str, wall: datetime) -> CheckState:
    return contacted(confirmed_at(zone, wall), zone=zone)


class TestContacts:
    @everywhere
    def test_the_first_one_goes_out_at_once_whatever_the_hour(self, zone: str, wall: datetime) -> None:
        state = a_match_in(zone, wall)
        assert state.contacts_made == {1: confirmed_at(zone, wall)}

    @everywhere
    @pytest.mark.parametrize(("attempt", "day"), [(2, 3), (3, 7)])
    def test_the_others_at_nine_of_days_3_and_7(self, zone: str, wall: datetime, attempt: int, day: int) -> None:
        """The second before, at, and after."""
        at = at_nine(zone, wall, day)
        for instant, made in ((at - SECOND, attempt - 1), (at, attempt), (at + SECOND, attempt)):
            state = a_match_in(zone, wall)
            for earlier in range(attempt - 1):
                look(state, at_nine(zone, wall, POLICY.contacts[earlier].days))
            look(state, instant)
            assert len(state.contacts_made) == made, instant

    def test_each_is_recorded_with_its_number_and_its_instant(self) -> None:
        state = pass_time(contacted(), MONDAY + days(8))
        contacts = [event for event in state.journal.unrecorded if event.type == "compliance.partner_contacted"]
        assert [event.data["attempt"] for event in contacts] == ["1", "2", "3"]
        at = [MONDAY, at_nine("Asia/Tokyo", MONDAY, 3), at_nine("Asia/Tokyo", MONDAY, 7)]
        assert [event.occurred_at for event in contacts] == at

    def test_other_days_by_another_policy(self) -> None:
        policy = POLICY.model_copy(update={"contacts": (days(1), days(2))})
        state = non_compliant(policy=policy)
        assert not posted(state, CONTACTS)
        assert due(state, CONTACT) == [at_nine("Asia/Tokyo", datetime(2026, 6, 1), 1)]
        pass_time(state, MONDAY + days(5))
        assert posted(state, CONTACTS) == ["1", "2"]

    def test_a_mail_that_does_not_leave_holds_the_next_one_up_and_there_is_no_burst(self) -> None:
        """The mail server is down for twenty days: the second contact is three days after the first one left."""
        state = pass_time(non_compliant(), MONDAY + days(20), mail=False)
        assert posted(state, CONTACTS) == ["1"]
        back = MONDAY + days(20)
        deliver(state, back)
        assert due(state, CONTACT) == [at_nine("Asia/Tokyo", datetime(2026, 6, 21), 3)]
        assert not due(state, UNREACHABLE)

    def test_one_that_an_operator_left_out_is_no_attempt(self) -> None:
        """Then nobody can say that the partner did not answer three: only the thirty days count."""
        state = non_compliant()
        deliver(state, MONDAY, MailState.MOOT)
        assert due(state, CONTACT), "the next one comes all the same"
        pass_time(state, MONDAY + days(29))
        assert sorted(state.contacts_made) == [2, 3]
        assert not due(state, UNREACHABLE)

    def test_one_that_was_refused_and_is_sent_to_another_address_counts_from_then(self) -> None:
        state = non_compliant()
        deliver(state, MONDAY, MailState.REFUSED)
        for day in (3, 7):
            look(state, at_nine("Asia/Tokyo", MONDAY, day), mail=False)
            deliver(state, at_nine("Asia/Tokyo", MONDAY, day), MailState.REFUSED)
        assert due(state, UNREACHABLE) == [midnight_after("Asia/Tokyo", MONDAY, 10)]
        (third,) = [mail.key for mail in state.mails.values() if mail.occurrence == "3"]
        state.mail_reported(third, MailState.SENT, MONDAY + days(9), MONDAY + days(9))
        assert due(state, UNREACHABLE) == [midnight_after("Asia/Tokyo", MONDAY, 12)]
        assert happened(state).count("partner_contacted") == 3

    def test_a_reply_ends_them(self) -> None:
        state = contacted()
        state.partner_replied(replied(), MONDAY + days(1))
        pass_time(state, MONDAY + days(29))
        assert posted(state, CONTACTS) == ["1"]

    def test_a_reply_while_one_is_on_its_way_leaves_it_unsent(self) -> None:
        state = pass_time(contacted(), MONDAY + days(2))
        look(state, at_nine("Asia/Tokyo", MONDAY, 3), mail=False)
        state.partner_replied(replied(), MONDAY + days(3))
        assert deliver(state, MONDAY + days(3)) == []
        assert not due(state, CONTACT)


class TestWhicheverComesFirst:
    @everywhere
    def test_whs_27_three_unanswered_contacts_end_it_three_days_after_the_last(self, zone: str, wall: datetime) -> None:
        state = pass_time(a_match_in(zone, wall), at_nine(zone, wall, 7))
        end = midnight_after(zone, wall, 10)
        assert due(state, UNREACHABLE) == [end]
        look(state, end - SECOND)
        assert not state.time_is_up
        look(state, end)
        assert state.time_is_up

    @everywhere
    def test_whs_27_with_a_reply_only_the_end_of_the_thirtieth_day_does(self, zone: str, wall: datetime) -> None:
        state = pass_time(a_match_in(zone, wall), at_nine(zone, wall, 7))
        state.partner_replied(replied(), at_nine(zone, wall, 8))
        assert not due(state, UNREACHABLE)
        end = midnight_after(zone, wall, 30)
        pass_time(state, end - SECOND)
        assert not state.time_is_up
        look(state, end)
        assert state.time_is_up
        state.looked_last(found(), end)
        assert state.stage is S.DEPROVISIONING

    @everywhere
    def test_a_reply_in_the_last_instant_counts(self, zone: str, wall: datetime) -> None:
        end = midnight_after(zone, wall, 10)
        state = pass_time(a_match_in(zone, wall), end - SECOND)
        state.partner_replied(replied(), end - SECOND)
        look(state, end)
        assert not state.time_is_up

    def test_the_thirty_days_come_first_where_contacts_take_longer(self) -> None:
        policy = POLICY.model_copy(update={"contacts": (days(0), days(20), days(29))})
        state = pass_time(contacted(policy=policy), MONDAY + days(60))
        assert ended_at(state) == midnight_after("Asia/Tokyo", MONDAY, 30)
        assert state.deprovision_on != state.unreachable_on

    def test_the_last_contact_names_the_day_and_is_an_announcement(self) -> None:
        state = pass_time(contacted(), MONDAY + days(7))
        assert state.announced_on == date(2026, 6, 8)
        assert state.is_announced

    def test_never_less_than_the_shortest_announcement_after_the_last_contact(self) -> None:
        policy = CompliancePolicy(answer_within=days(1), last_call=(days(5),))
        state = pass_time(contacted(policy=policy), MONDAY + days(8))
        assert state.unreachable_on == date(2026, 6, 8) + days(5)


class TestAnnouncements:
    @everywhere
    @pytest.mark.parametrize("before", [7, 1])
    def test_at_nine_so_many_days_before_the_thirtieth(self, zone: str, wall: datetime, before: int) -> None:
        state = a_match_in(zone, wall)
        state.partner_replied(replied(), confirmed_at(zone, wall))
        at = at_nine(zone, wall, 30 - before)
        pass_time(state, at - SECOND)
        assert str(before) not in posted(state, CALLS)
        look(state, at)
        assert posted(state, CALLS)[-1] == str(before)

    def test_those_that_are_past_when_the_date_is_known_are_left_out(self) -> None:
        state = pass_time(contacted(), MONDAY + days(8))
        calls = [each for each in state.agenda.pending if each.kind == LAST_CALL]
        assert [(each.day, each.days) for each in calls] == [(date(2026, 6, 11), 1)]

    def test_if_all_are_past_one_goes_out_at_once_and_nothing_ends_before_its_time(self) -> None:
        policy = POLICY.model_copy(update={"resolve_within": days(1), "last_call": (days(3),)})
        state = contacted(policy=policy)
        assert posted(state, CALLS) == [f"{LAST_CALL}/late"]
        assert state.deprovision_on == date(2026, 6, 4)

    def test_whs_27_nobody_is_deprovisioned_without_an_announcement(self) -> None:
        """No mail leaves for a year: it is put off, day by day, and only one announcement waits."""
        state = pass_time(non_compliant(), MONDAY + days(40), mail=False)
        for _ in range(5):
            assert state.time_is_up
            end = ended_at(state)
            state.looked_last(found(), end)
            assert state.stage is S.NON_COMPLIANT
            assert ended_at(state) >= end + POLICY.last_call[-1]
            pass_time(state, end + days(9), mail=False)
        assert len([mail for mail in state.mails_in(MailState.PENDING) if mail.kind == CALLS]) == 1
        out = ended_at(state) + days(1)
        state.looked_last(found(), out)
        deliver(state, out)
        pass_time(state, out + days(9))
        state.looked_last(found(), ended_at(state))
        assert state.stage is S.DEPROVISIONING

    def test_the_store_says_as_the_workflow_does_that_it_is_announced(self) -> None:
        """It keeps no mail that is on its way, and is written whenever something is noted: so the first announcement
        that is out is noted, and one on its way is none yet."""
        state = contacted()
        state.partner_replied(replied(), MONDAY)
        pass_time(state, MONDAY + days(23), mail=False)
        assert not state.is_announced
        state.journal.take()
        deliver(state, MONDAY + days(23))
        assert [event.type for event in state.journal.unrecorded] == ["compliance.partner_warned"]
        assert state.is_announced
        assert sort_of(state.for_the_store()) == sort_of(state) == "announced"

    def test_an_announcement_of_another_day_is_none_of_this_one(self) -> None:
        """Announced for the tenth day; after the reply nothing is said of the thirtieth, until it is."""
        state = pass_time(contacted(), MONDAY + days(8))
        state.partner_replied(replied(), MONDAY + days(8))
        assert state.announced_on is None
        pass_time(state, MONDAY + days(24))
        assert state.announced_on == date(2026, 6, 24)

    def test_one_that_speaks_of_a_day_that_is_no_longer_meant_does_not_leave(self) -> None:
        state = pass_time(contacted(), MONDAY + days(8))
        look(state, at_nine("Asia/Tokyo", MONDAY, 9), mail=False)
        state.partner_replied(replied(), MONDAY + days(9))
        assert deliver(state, MONDAY + days(9)) == []


def held(state: CheckState, since: datetime, until: datetime) -> CheckState:
    """Nothing is due and no mail leaves meanwhile; then all of it at once."""
    pass_time(state, since)
    state.hold(Hold(by="ops-7", reason="asked by counsel"), since)
    state.resume(Resume(by="ops-7"), until)
    look(state, until)
    return state


HOLDS: Final = [
    (1, 5),
    (2.9, 3.1),
    (2, 20),
    (6, 9),
    (6, 9.9),
    (8, 9.99),
    (8, 10.7),
    (9.5, 10.7),
    (10, 60),
    (1, 40),
    (5, 29),
]


class TestHolds:
    @pytest.mark.parametrize(("since", "until"), HOLDS)
    @pytest.mark.parametrize("replies", [False, True])
    def test_held_anywhere_there_is_no_burst_and_an_announcement_in_time(
        self, since: float, until: float, replies: bool
    ) -> None:
        """Across a contact, an announcement, the end. Never less than the shortest last call before the act."""
        state = contacted()
        if replies:
            state.partner_replied(replied(), MONDAY)
            since, until = since + 20, until + 20
        held(state, MONDAY + days(since), MONDAY + days(until))
        for _ in range(4):
            pass_time(state, MONDAY + days(200))
            if state.time_is_up:
                state.looked_last(found(), max(ended_at(state), MONDAY + days(until)))
        assert state.stage is S.DEPROVISIONING
        went = next(e.occurred_at for e in state.journal.unrecorded if e.type == "compliance.deprovisioning")
        said = [mail.sent_at for mail in state.mails.values() if mail.kind == CALLS or mail.occurrence == "3"]
        latest = max(at for at in said if at is not None)
        assert went - latest >= days(1) - timedelta(hours=10), "a calendar day, of which it is told at nine"
        made = [state.contacts_made[number] for number in sorted(state.contacts_made)]
        apart = [(later.date() - earlier.date()).days for earlier, later in pairwise(made)]
        assert all(gap >= least for gap, least in zip(apart, (3, 4), strict=False)), apart
        leave = [mail.sent_at for mail in state.mails.values() if mail.kind in (CONTACTS, CALLS) and mail.sent_at]
        assert len(leave) == len(set(leave)), "one mail at a time"

    def test_held_across_the_end_nothing_ends_at_resume(self) -> None:
        state = held(contacted(), MONDAY + days(8), MONDAY + days(60))
        assert state.time_is_up
        state.looked_last(found(), MONDAY + days(60))
        assert state.stage is S.NON_COMPLIANT
        assert state.deprovision_on == date(2026, 7, 31) + days(1)
        assert not state.time_is_up

    def test_held_across_the_end_a_clean_list_still_clears(self) -> None:
        state = held(contacted(), MONDAY + days(8), MONDAY + days(60))
        state.looked_last(clean(), MONDAY + days(60))
        assert state.stage is S.CLEAR

    def test_a_last_look_that_takes_longer_than_a_moment_is_announced_anew(self) -> None:
        """Nobody could be asked for two days: what was announced was not true."""
        state = pass_time(contacted(), MONDAY + days(20))
        end = ended_at(state)
        state.looked_last(found(), end + days(2))
        assert state.stage is S.NON_COMPLIANT
        assert ended_at(state) > end + days(2)
        assert state.announced_on is None


class TestCarriedOver:
    def test_whs_27_a_change_of_address_does_not_begin_the_thirty_days_anew(self) -> None:
        since = MONDAY - days(12)
        state = contacted(number=2, check_id="W-1-2", carried=carried(since, 3, replied=True))
        assert state.non_compliant_since == since
        assert due(state, UNRESOLVED) == [midnight_after("Asia/Tokyo", since, 30)]
        assert not posted(state, CONTACTS)

    def test_the_contacts_go_on_where_they_were(self) -> None:
        state = non_compliant(number=2, check_id="W-1-2", carried=carried(MONDAY - days(1), 1))
        assert not posted(state, CONTACTS)
        assert due(state, CONTACT) == [at_nine("Asia/Tokyo", MONDAY, 2)]
        pass_time(state, MONDAY + days(7))
        assert posted(state, CONTACTS) == ["2", "3"]

    def test_all_contacts_made_before_the_partner_has_the_time_to_answer_all_the_same(self) -> None:
        state = contacted(number=2, check_id="W-1-2", carried=carried(MONDAY - days(8), 3))
        assert due(state, UNREACHABLE) == [midnight_after("Asia/Tokyo", MONDAY, 3)]

    def test_thirty_days_that_are_over_already_leave_the_shortest_announcement(self) -> None:
        state = contacted(number=2, check_id="W-1-2", carried=carried(MONDAY - days(90), 3, replied=True))
        assert state.deprovision_on == date(2026, 6, 2)
        assert posted(state, CALLS) == [f"{LAST_CALL}/late"]

    def test_a_third_check_gets_what_the_first_two_came_to(self) -> None:
        state = pass_time(contacted(number=2, check_id="W-1-2", carried=carried(MONDAY - days(1), 1)), MONDAY + days(3))
        over = state.carried_over()
        assert over is not None
        assert (over.check_id, over.non_compliant_since, over.contacts_made) == ("W-1-2", MONDAY - days(1), 2)
        assert in_review().carried_over() is None


def test_the_start_says_which_zone_and_terms_and_nothing_else_decides() -> None:
    start = a_start(zone="America/New_York", policy=CompliancePolicy(resolve_within=days(10)))
    state = CheckState.started(start, MONDAY)
    state.screened(found(), MONDAY)
    state.confirm_match(confirmed(), MONDAY)
    assert due(state, UNRESOLVED) == [there("America/New_York", date(2026, 6, 11))]


class TestNewRules:
    def test_amb_39_days_stay_and_a_deprovisioning_never_comes_earlier_than_was_said(self) -> None:
        """As if Tokyo had New York's clocks, and then Kiritimati's."""
        state = pass_time(contacted(), MONDAY + days(7))
        west = CheckRecount(state, PresentRules(zone_rules=today("America/New_York")))
        moved = {each.kind: each.at for each in west.moved()}
        assert moved[UNREACHABLE] == there("America/New_York", date(2026, 6, 12))
        assert moved[LAST_CALL] == there("America/New_York", date(2026, 6, 10), time(9))
        east = CheckRecount(state, PresentRules(zone_rules=today("Pacific/Kiritimati")))
        assert {UNREACHABLE, UNRESOLVED} & {each.kind for each in east.moved()} == set()

    def test_a_review_is_counted_in_minutes(self) -> None:
        recount = CheckRecount(in_review(), PresentRules(zone_rules=today("America/New_York")))
        assert recount.moved() == ()
