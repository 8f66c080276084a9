"""Any sequence of messages and elapsed minutes, against a small model of the clocks. SUP-20, SUP-21, AMB-33 to AMB-37.

The model counts minutes in which nobody owes the case anything but us, from receipt on, whatever its severity: what a
clock that starts late would have seen.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.account.channels import Channel
from domain.case.clocks import next_breach
from domain.case.examples import offers
from domain.case.letters import LETTERS
from domain.case.list_line import CaseLine
from domain.case.messages import OpenCase
from domain.case.row import CaseRow
from domain.case.standing import CLOSES
from domain.case.state import CaseState
from domain.case.view import case_view
from domain.operator import Hold, Resume
from domain.sla import ServiceTime
from domain.status_clock import MISSED_KEPT
from domain.values import Refused
from tests.cases import (
    MINUTE,
    NOBODY,
    a_case,
    an_opening,
    another_service,
    answered,
    asked,
    assigned,
    closed,
    found,
    identified,
    look,
    main_email,
    pass_time,
    reopened,
    resolved,
    responded,
    status,
)
from tests.makers import MONDAY

HOURS: Final = 60
LIMITS: Final = {"first_response": 3 * HOURS, "identification": 8 * HOURS}
FIRST_STATUS, STATUS_EVERY = 24 * HOURS, 4 * HOURS
A_WEEK: Final = 7 * 24 * HOURS

MESSAGES: Final = {
    "respond": responded,
    "identify": identified,
    "ask_partner": asked,
    "partner_answered": answered,
    "post_status": status,
    "resolve": resolved,
    "reopen": reopened,
    "close": closed,
    "assign": assigned,
}
NOTICES: Final = {"sla_warning", "sla_breach", "status_wanted"}


class Model:
    """Minutes of our own, and what they add up to."""

    def __init__(self) -> None:
        self.now: datetime = MONDAY
        self.ours = 0
        """Minutes that count."""

        self.stands_still = False
        self.breached: dict[str, datetime] = {}
        self.met: set[str] = set()
        self.missed: list[datetime] = []
        self.last_status: int | None = None
        self.resolved_for: int | None = None

    def minute(self) -> None:
        """One more passes."""
        self.now += MINUTE
        if self.resolved_for is not None:
            self.resolved_for += 1
        if self.stands_still:
            return
        self.ours += 1
        for clock, limit in LIMITS.items():
            if self.ours == limit and clock not in self.met:
                self.breached[clock] = self.now
        if self.ours == self.status_due:
            self.missed.append(self.now)
            self.last_status = self.ours

    @property
    def status_due(self) -> int:
        return FIRST_STATUS if self.last_status is None else max(FIRST_STATUS, self.last_status + STATUS_EVERY)

    def told(self, update: str) -> None:
        """A message was taken."""
        match update:
            case "respond":
                self.met.add("first_response")
            case "identify":
                self.met.add("identification")
            case "ask_partner":
                self.met.add("first_response")
                self.stands_still = True
            case "partner_answered":
                self.stands_still = False
            case "post_status":
                self.last_status = self.ours
            case "resolve":
                self.met |= LIMITS.keys()
                self.stands_still, self.resolved_for = True, 0
            case "reopen":
                self.stands_still, self.resolved_for = False, None


class Cases(RuleBasedStateMachine):
    """One case."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.state: CaseState
        self.ended: dict[tuple[str, int], Any] = {}

    @initialize(channel=st.sampled_from(Channel), named=st.booleans(), known=st.booleans(), large=st.booleans())
    def begin(self, channel: Channel, named: bool, known: bool, large: bool) -> None:
        """S1 at once, normal for now, or nobody's."""
        given: dict[str, Any] = {"channel": channel, "main_email": "super.admin@akasaka.example.com" if named else None}
        self.state = a_case(looked_up=found(large=large) if known else NOBODY, **given)

    @rule(minutes=st.integers(1, 40) | st.integers(1, 600) | st.integers(1, 4000))
    def time_passes(self, minutes: int) -> None:
        """Everything due is done, unless an operator holds it."""
        for _ in range(minutes):
            self.model.minute()
        if self.state.held_by_operator is None:
            pass_time(self.state, self.model.now)

    @rule(update=st.sampled_from(sorted(MESSAGES)))
    def somebody_writes(self, update: str) -> None:
        """Done, or refused and nothing changed."""
        before = self.state.model_dump_json()
        may = self.state.can_take(update)
        try:
            getattr(self.state, update)(MESSAGES[update](), self.model.now)
        except Refused:
            assert not may
            assert self.state.model_dump_json() == before
        else:
            assert may
            self.model.told(update)

    @rule(large=st.booleans(), known=st.booleans())
    def an_agent_fills_the_field(self, large: bool, known: bool) -> None:
        """The severity follows by itself."""
        looked_up = found(large=large) if known else NOBODY
        try:
            self.state.set_main_email(main_email(), self.model.now, looked_up)
        except Refused:
            return
        assert self.state.critical == (known and large)
        assert not self.state.identifier_wanted

    @rule(service=st.sampled_from(["Zoho Mail", "Zoho Campaigns", "Zoho Desk"]))
    def it_is_about_another_service(self, service: str) -> None:
        """An excluded one ends the clocks, another one starts them."""
        covered = service != "Zoho Campaigns"
        known = self.state.found.model_copy(update={"covered": covered})
        try:
            self.state.change_service(another_service(service), self.model.now, known)
        except Refused:
            return
        assert self.state.critical == (known.has_priority and self.state.main_email_given)

    @precondition(lambda self: self.state.held_by_operator is None and not self.state.closed)
    @rule()
    def an_operator_holds_it(self) -> None:
        self.state.hold(Hold(by="ops-7", reason="in dispute"), self.model.now)

    @precondition(lambda self: self.state.held_by_operator is not None)
    @rule()
    def the_operator_lets_it_go_on(self) -> None:
        """What fell due meanwhile is done now."""
        self.state.resume(Resume(by="ops-7", reason="settled"), self.model.now)
        look(self.state, self.model.now)
        pass_time(self.state, self.model.now)

    @invariant()
    def it_survives_the_way_into_the_next_run(self) -> None:
        assert CaseState.model_validate_json(self.state.model_dump_json()) == self.state
        names = [*(due.name for due in self.state.agenda.pending), *self.state.agenda.done]
        assert len(names) == len(set(names)) <= 10

    @invariant()
    def clocks_breach_when_the_model_does(self) -> None:
        if not self.state.critical:
            assert all(clock.has_ended for clock in self.state.clocks.values())
            return
        clocks: dict[str, Any] = {clock.name: clock for clock in self.state.clocks_at(self.model.now)}
        for name in LIMITS:
            assert clocks[name].breached_at == self.model.breached.get(name), name
            assert (clocks[name].state == "met") == (name in self.model.met), name
        assert clocks["status_update"].missed_count == len(self.model.missed)
        assert list(clocks["status_update"].missed) == self.model.missed[-MISSED_KEPT:]

    @invariant()
    def what_is_over_stays_as_it_is(self) -> None:
        """A met clock never breaches later; one that starts anew is another one."""
        started = [event.type for event in self.state.journal.unrecorded].count("case.clock_started")
        for name, clock in self.state.clocks.items():
            if clock.state == "met":
                assert self.ended.setdefault((name, started), clock) == clock

    @invariant()
    def nobody_hears_anything_twice(self) -> None:
        told = Counter((mail.kind, mail.occurrence) for mail in self.state.mails.values() if mail.kind in NOTICES)
        assert set(told.values()) <= {1}
        once = Counter(mail.kind for mail in self.state.mails.values())
        assert once["case_acknowledged"] == 1
        assert once["case_field_explained"] + once["case_identifier_wanted"] <= 1
        assert once["sla_started_late"] == self.state.late_starts

    @invariant()
    def it_closes_by_itself_a_week_after_it_was_resolved(self) -> None:
        if self.state.held_by_operator is None and self.model.resolved_for is not None:
            assert self.state.closed or self.model.resolved_for < A_WEEK

    @invariant()
    def nothing_is_due_but_what_lies_ahead(self) -> None:
        if self.state.held_by_operator is None:
            assert all(due.at > self.model.now for due in self.state.agenda.pending)
        if not self.state.critical:
            assert {due.name for due in self.state.agenda.pending} <= {CLOSES}

    @invariant()
    def people_can_look_at_it(self) -> None:
        view = case_view(self.state, self.model.now)
        assert view.attention or not view.troubles
        assert not (self.state.closed and view.can_send)
        for update in view.can_send:
            assert offers(self.state, self.model.now)[update].message is not None
        line = CaseLine.of(self.state, self.model.now)
        coming = next_breach(self.state, self.model.now)
        assert (line.next_breach_at is None) == (coming is None)
        for mail in self.state.mails.values():
            LETTERS.wanted(CaseRow(state=self.state), mail)


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
)


def test_a_clock_that_starts_late_stands_where_one_that_always_ran_would() -> None:
    """The model's own rule, once by hand."""

    def lived(start: OpenCase) -> CaseState:
        state = CaseState.received(start, MONDAY)
        state.classify(found(), ServiceTime(), MONDAY)
        state.ask_partner(asked(), MONDAY + timedelta(minutes=30))
        state.partner_answered(answered(), MONDAY + timedelta(hours=12))
        state.post_status(status(), MONDAY + timedelta(hours=13))
        if not state.main_email_given:
            state.set_main_email(main_email(), MONDAY + timedelta(hours=14), found())
        return pass_time(state, MONDAY + timedelta(days=3))

    early, late = lived(an_opening()), lived(an_opening(main_email=None, channel=Channel.PHONE))
    assert {name: clock.breached_at for name, clock in early.clocks.items()} == {
        name: clock.breached_at for name, clock in late.clocks.items()
    }
    assert early.status_clock is not None
    assert late.status_clock is not None
    assert early.status_clock.missed == late.status_clock.missed
    assert early.agenda.next() == late.agenda.next()
