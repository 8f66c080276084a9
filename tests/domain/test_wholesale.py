"""A wholesale customer's provisioning: the table of domain.md §10.3, quantities, its view. WHS-01 to WHS-14."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from domain.kind import Kind
from domain.operator import Acknowledge, ExtendDueDate, Hold, Resume
from domain.reasons import Reason
from domain.recompute import PresentRules
from domain.transitions import TransitionRefused
from domain.values import ERASED, Refused
from domain.view import Mark, Party
from domain.wholesale.kind import WHOLESALE
from domain.wholesale.list_line import WholesaleLine
from domain.wholesale.messages import OnboardCustomer
from domain.wholesale.offerings import Offering, OfferingStatus, what_follows
from domain.wholesale.people import ADMINISTRATOR, WholesalePeople
from domain.wholesale.policy import WholesalePolicy
from domain.wholesale.recompute import WholesaleRecount
from domain.wholesale.row import WholesaleRow
from domain.wholesale.state import PROVISIONED_LATE, WholesaleState
from domain.wholesale.states import AT_WORK, NEXT, RUNNING, TABLE, WholesaleEvent, WholesaleStage
from domain.wholesale.view import CUSTOMER, IN_WORDS, OWN, wholesale_view
from tests.makers import MONDAY, days
from tests.wholesale import (
    BERLIN,
    CALLING,
    CONSOLE,
    IN,
    MEETINGS,
    a_customer,
    an_onboarding,
    assigned,
    assignment,
    batch,
    created,
    departure,
    deprovisioned,
    deprovisioning,
    new_address,
    new_list,
    news_of,
    other_package,
    provisioned,
    quantities,
    removal,
    report,
    retry,
    started,
    updating,
)
from tests.zones import changed

S, V = WholesaleStage, WholesaleEvent
O = OfferingStatus  # noqa: E741 - beside S and V

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)

SENT: dict[str, Callable[[WholesaleState], Any]] = {
    "report_package": lambda state: report(next(iter(state.pending), CALLING)),
    "retry_package": lambda state: retry(next(iter(state.failed), CALLING)),
    "assign": lambda _: assignment(),
    "change_package": lambda _: other_package(),
    "remove_user": lambda _: departure(),
    "assign_batch": lambda _: batch(),
    "change_quantities": lambda state: quantities(state.ordered.version, packages={CALLING: 11}),
    "update_billing_address": lambda _: new_address(),
    "screen_again": lambda _: new_list(),
    "deprovision": lambda _: removal(),
}
"""Every update, such that only the stage may speak against it."""

FITS = {
    "report_package": AT_WORK,
    "retry_package": (S.PROVISIONED_WITH_ERRORS, S.ERROR),
}
"""Where one is taken; all others are wherever the customer is not on its way out."""


def in_stage(stage: WholesaleStage) -> WholesaleState:
    """With no check about to begin."""
    return started(IN[stage]())


def refused(state: WholesaleState, update: str, message: Any) -> Refused:
    """By its check, and by the act itself: nothing has changed."""
    before = state.model_dump_json()
    with pytest.raises(Refused) as by_act:
        getattr(state, update)(message, MONDAY)
    assert state.model_dump_json() == before
    return by_act.value


# The provisioning axis.


class TestTheTable:
    @pytest.mark.parametrize(("stage", "event"), list(product(S, V)))
    def test_every_stage_and_event_leads_somewhere_or_is_refused_with_both_sides(
        self, stage: WholesaleStage, event: WholesaleEvent
    ) -> None:
        if following := NEXT.get((stage, event)):
            assert TABLE.after(stage, event) is following
            return
        with pytest.raises(TransitionRefused, match=f"the customer is {stage}"):
            TABLE.after(stage, event)

    @pytest.mark.parametrize(("stage", "update"), list(product(S, WholesaleState.updates)))
    def test_every_update_in_every_stage_is_taken_or_refused_and_offered_only_when_it_is_taken(
        self, stage: WholesaleStage, update: str
    ) -> None:
        state = in_stage(stage)
        message = SENT[update](state)
        fits = stage in FITS.get(update, RUNNING)
        assert (update in wholesale_view(state, MONDAY).can_send) is fits
        try:
            state.check_stage(update)
            check = getattr(state, f"check_{update}", None)
            if check is not None:
                check(message, MONDAY)
        except Refused:
            assert not fits
        else:
            assert fits
            getattr(state, update)(message, MONDAY)

    @pytest.mark.parametrize("stage", S)
    def test_every_stage_is_shown_in_words(self, stage: WholesaleStage) -> None:
        view = wholesale_view(in_stage(stage), MONDAY)
        assert (view.stage, view.stage_in_words) == (stage, IN_WORDS[stage])
        assert view.attention is (stage in (S.PROVISIONED_WITH_ERRORS, S.ERROR))

    def test_what_is_over_waits_for_nothing(self) -> None:
        state = deprovisioned()
        assert state.closed
        assert (state.agenda.pending, wholesale_view(state, MONDAY).awaiting) == ([], ())

    @pytest.mark.parametrize("stage", [S.DEPROVISIONING, S.DEPROVISIONED])
    @pytest.mark.parametrize("update", sorted(SENT))
    def test_from_a_deprovisioning_on_nothing_is_taken_any_more(self, stage: WholesaleStage, update: str) -> None:
        assert not in_stage(stage).can_take(update)


def outcomes() -> Iterator[tuple[tuple[O, ...], WholesaleEvent]]:
    """Of three packages, whatever became of each."""
    for each in product(O, repeat=3):
        if O.PENDING in each:
            yield each, V.REPORTED
        elif O.FAILED not in each:
            yield each, V.PROVISIONED
        else:
            yield each, V.FAILED if O.PROVISIONED not in each else V.PROVISIONED_WITH_ERRORS


class TestProvisioning:
    @pytest.mark.parametrize(("statuses", "event"), list(outcomes()))
    def test_the_stage_follows_from_what_became_of_each(self, statuses: tuple[O, ...], event: WholesaleEvent) -> None:
        offerings = {str(number): Offering(status=status, at=MONDAY) for number, status in enumerate(statuses)}
        assert what_follows(offerings) is event

    def test_it_is_provisioned_with_the_last_report_and_not_before(self) -> None:
        state = a_customer()
        seen = [state.stage]
        for name in (CALLING, MEETINGS, CONSOLE):
            state.report_package(report(name), MONDAY)
            seen.append(state.stage)
        assert seen == [S.PROVISIONING, S.PROVISIONING, S.PROVISIONING, S.PROVISIONED]
        assert state.provisioned_at == MONDAY

    @pytest.mark.parametrize(
        ("failed", "stage"),
        [
            ((), S.PROVISIONED),
            ((CONSOLE,), S.PROVISIONED_WITH_ERRORS),
            ((CALLING, MEETINGS), S.PROVISIONED_WITH_ERRORS),
            ((CALLING, MEETINGS, CONSOLE), S.ERROR),
        ],
    )
    def test_some_failed_all_failed(self, failed: tuple[str, ...], stage: WholesaleStage) -> None:
        state = provisioned(*failed)
        assert (state.stage, state.failed) == (stage, failed)

    def test_what_failed_says_why_and_calls_operations(self) -> None:
        view = wholesale_view(provisioned(MEETINGS), MONDAY)
        assert view.troubles == (
            f"{MEETINGS} could not be provisioned: no seat is left; mend it, then send retry_package",
        )
        assert (view.can_send[0], view.waits_for) == ("retry_package", (Party.OPERATIONS,))

    def test_a_package_is_reported_once(self) -> None:
        state = a_customer()
        state.report_package(report(), MONDAY)
        refusal = refused(state, "report_package", report(fails=True))
        assert (refusal.problem.code, refusal.field) == (Reason.ALREADY_DONE, "offering")

    @pytest.mark.parametrize(("update", "message"), [("report_package", report("x")), ("retry_package", retry("x"))])
    def test_one_that_nobody_ordered_is_refused_by_its_field(self, update: str, message: Any) -> None:
        state = a_customer() if update == "report_package" else provisioned(MEETINGS)
        refusal = refused(state, update, message)
        assert (refusal.problem.code, refusal.field) == (Reason.UNKNOWN, "offering")
        assert f"it has: {CALLING}, {MEETINGS}, {CONSOLE}" in str(refusal)

    def test_only_what_failed_is_set_up_anew(self) -> None:
        refusal = refused(provisioned(MEETINGS), "retry_package", retry(CALLING))
        assert (refusal.problem.code, refusal.field) == (Reason.NOT_NEEDED, "offering")

    def test_a_retry_while_others_are_pending_stays_where_it_is(self) -> None:
        state = a_customer()
        state.report_package(report(MEETINGS, fails=True), MONDAY)
        state.retry_package(retry(), MONDAY)
        assert (state.stage, state.pending) == (S.PROVISIONING, (CALLING, MEETINGS, CONSOLE))

    def test_a_retry_that_succeeds_ends_the_errors(self) -> None:
        state = provisioned(MEETINGS)
        state.retry_package(retry(), MONDAY)
        assert (state.stage, state.attention) == (S.UPDATING, False)
        state.report_package(report(MEETINGS), MONDAY)
        assert (state.stage, state.failed) == (S.PROVISIONED, ())

    def test_a_failure_has_a_reason(self) -> None:
        with pytest.raises(ValidationError, match="say why it failed"):
            report().model_validate(report().model_dump() | {"outcome": "failed"})


class TestWhenItTakesLong:
    def test_it_is_expected_within_a_day_of_its_creation(self) -> None:
        (due,) = a_customer().agenda.pending
        assert (due.name, due.at) == (PROVISIONED_LATE, MONDAY + days(1))

    def test_nobody_may_expect_a_time(self) -> None:
        assert a_customer(policy=WholesalePolicy(provisioned_within=None)).agenda.pending == []

    @pytest.mark.parametrize(("after", "due"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
    def test_the_last_instant(self, after: timedelta, due: bool) -> None:
        state = a_customer()
        assert bool(state.agenda.take_due(MONDAY + days(1) + after).act) is due

    @pytest.mark.parametrize("fails", [False, True])
    def test_once_all_is_reported_nobody_waits_any_more(self, fails: bool) -> None:
        assert provisioned(*([MEETINGS] if fails else [])).agenda.pending == []

    def test_what_is_set_up_anew_is_expected_anew(self) -> None:
        state, later = provisioned(MEETINGS), MONDAY + days(40)
        state.retry_package(retry(), later)
        (due,) = state.agenda.pending
        assert due.at == later + days(1)

    def test_late_it_is_an_alert_that_operations_may_lift_and_a_date_that_they_may_move(self) -> None:
        state = a_customer()
        state.extend_due_date(
            ExtendDueDate(by="ops-7", deadline=PROVISIONED_LATE, at=MONDAY + days(3), reason="agreed"), MONDAY
        )
        (due,) = state.agenda.pending
        assert due.at == MONDAY + days(3)
        state.endanger(PROVISIONED_LATE, due.at, due.at)
        assert (state.stage, state.attention) == (S.PROVISIONING, True)
        state.acknowledge(Acknowledge(by="ops-7", alert=PROVISIONED_LATE, reason="the vendor is at work"), due.at)
        assert not state.attention

    def test_new_rules_of_the_zone_leave_hours_alone(self) -> None:
        state = a_customer()
        assert WholesaleRecount(state, PresentRules(zone_rules=changed("Asia/Tokyo", MONDAY, "JST-10"))).moved() == ()

    def test_a_hold_and_a_resume_change_no_stage(self) -> None:
        state = a_customer()
        state.hold(Hold(by="ops-7", reason="in dispute"), MONDAY)
        assert "hold" in wholesale_view(state, MONDAY).facts
        state.resume(Resume(by="ops-7"), MONDAY)
        assert state.stage is S.PROVISIONING


# Quantities. WHS-12.


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str, Reason]] = [
    ("an old version", {"version": 2, "packages": {CALLING: 11}}, {}, "version", Reason.DOES_NOT_FIT),
    (
        "one below what is assigned",
        {"packages": {CALLING: 6}},
        {CALLING: 7},
        f"packages.{CALLING}",
        Reason.DOES_NOT_FIT,
    ),
    ("likewise of an add-on", {"add_ons": {CONSOLE: 1}}, {CONSOLE: 2}, f"add_ons.{CONSOLE}", Reason.DOES_NOT_FIT),
    ("a package of no catalogue", {"packages": {"x": 1}}, {}, "packages.x", Reason.NOT_KNOWN),
    ("an add-on of no catalogue", {"add_ons": {"x": 1}}, {}, "add_ons.x", Reason.NOT_KNOWN),
    ("removed and not there", {"remove": ["webex_suite"]}, {}, "remove", Reason.UNKNOWN),
    ("removed and somebody has it", {"remove": [MEETINGS]}, {MEETINGS: 1}, "remove", Reason.DOES_NOT_FIT),
    ("likewise of an add-on", {"remove": [CONSOLE]}, {CONSOLE: 1}, "remove", Reason.DOES_NOT_FIT),
    ("what it was created with", {"remove": [CALLING]}, {}, "remove", Reason.NOT_ALLOWED),
    (
        "what it was created with, for another",
        {"packages": {"webex_suite": 1}, "remove": [CALLING]},
        {},
        "remove",
        Reason.NOT_ALLOWED,
    ),
]


class TestQuantities:
    @pytest.mark.parametrize(
        ("change", "used", "field", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
    )
    def test_whs_12_what_does_not_fit_is_refused_by_its_field(
        self, change: dict[str, Any], used: dict[str, int], field: str, code: Reason
    ) -> None:
        state = provisioned()
        state.assigned = assigned(sum(used.values()), **used)
        refusal = refused(state, "change_quantities", quantities(**change))
        assert (refusal.field, refusal.problem.code) == (field, code)

    def test_a_stale_version_is_told_the_present_one(self) -> None:
        state = provisioned()
        state.change_quantities(quantities(packages={CALLING: 11}), MONDAY)
        refusal = refused(state, "change_quantities", quantities(packages={CALLING: 12}))
        assert "at version 2 by now" in str(refusal)
        assert refusal.problem.rule == "WHS-12"

    @pytest.mark.parametrize(("most", "fits"), [(6, False), (7, True), (8, True)])
    def test_whs_12_exactly_what_is_assigned_is_enough(self, most: int, fits: bool) -> None:
        state = provisioned()
        state.assigned = assigned(7, **{CALLING: 7})
        if not fits:
            assert "7 of webex_calling are assigned" in str(
                refused(state, "change_quantities", quantities(packages={CALLING: most}))
            )
            return
        state.change_quantities(quantities(packages={CALLING: most}), MONDAY)
        assert (state.ordered.packages[CALLING], state.ordered.version) == (most, 2)

    def test_whs_12_nothing_is_removed_by_being_left_out(self) -> None:
        state = provisioned()
        state.change_quantities(quantities(packages={MEETINGS: 6}), MONDAY)
        assert state.ordered.packages == {CALLING: 10, MEETINGS: 6}
        assert state.ordered.add_ons == {CONSOLE: 2}
        assert state.stage is S.PROVISIONED, "no new package: nothing is to be set up"

    def test_what_is_new_is_set_up_and_what_there_was_stays_usable(self) -> None:
        state = updating()
        assert (state.stage, state.pending) == (S.UPDATING, ("webex_suite",))
        assert state.limits.usable == (CALLING, MEETINGS, CONSOLE)
        assert [due.name for due in state.agenda.pending] == [PROVISIONED_LATE]

    def test_what_nobody_has_is_removed_by_name(self) -> None:
        state = provisioned()
        state.change_quantities(quantities(remove=[MEETINGS, CONSOLE]), MONDAY)
        assert (state.ordered.names, tuple(state.offerings)) == ((CALLING,), (CALLING,))
        assert state.stage is S.PROVISIONED

    def test_when_the_last_one_that_failed_is_removed_there_are_no_errors_left(self) -> None:
        state = provisioned(MEETINGS)
        state.change_quantities(quantities(remove=[MEETINGS]), MONDAY)
        assert (state.stage, state.attention) == (S.PROVISIONED, False)
        assert [event.type for event in state.journal.unrecorded][-2:] == [V.UPDATE_BEGUN, V.PROVISIONED]

    def test_when_the_last_one_that_is_pending_is_removed_it_is_provisioned(self) -> None:
        state = updating()
        state.change_quantities(quantities(2, remove=["webex_suite"]), MONDAY)
        assert (state.stage, state.agenda.pending) == (S.PROVISIONED, [])

    def test_whs_13_no_add_on_stays_without_a_package_that_it_needs(self) -> None:
        """`attendant_console` needs calling, suite or cx_essentials."""
        state = provisioned(packages={MEETINGS: 5, CALLING: 10}, organization_package=MEETINGS)
        refusal = refused(state, "change_quantities", quantities(remove=[CALLING]))
        assert (refusal.field, refusal.problem.code, refusal.problem.rule) == ("remove", Reason.MISSING, "WHS-13")
        state.change_quantities(quantities(packages={"webex_suite": 1}, remove=[CALLING]), MONDAY)
        assert state.ordered.packages == {MEETINGS: 5, "webex_suite": 1}

    def test_whs_13_no_add_on_comes_without_a_package_that_it_needs(self) -> None:
        state = provisioned(packages={MEETINGS: 5}, add_ons={}, organization_package=None)
        refusal = refused(state, "change_quantities", quantities(add_ons={CONSOLE: 1}))
        assert (refusal.field, refusal.problem.code) == (f"add_ons.{CONSOLE}", Reason.MISSING)

    def test_whs_13_an_add_on_and_what_it_needs_may_go_together(self) -> None:
        state = provisioned(packages={MEETINGS: 5, CALLING: 10}, organization_package=MEETINGS)
        state.change_quantities(quantities(remove=[CALLING, CONSOLE]), MONDAY)
        assert state.ordered.names == (MEETINGS,)

    def test_amb_28_it_is_judged_by_the_catalogue_it_was_created_by(self) -> None:
        """A package that a later configuration has is none of this customer's."""
        state = provisioned()
        assert state.onboarded is not None
        known = state.onboarded.catalogue
        fewer = known.model_copy(update={"packages": known.packages[:-1]})
        state.onboarded = state.onboarded.model_copy(update={"catalogue": fewer})
        refusal = refused(state, "change_quantities", quantities(packages={"cx_essentials": 1}))
        assert refusal.field == "packages.cx_essentials"

    @pytest.mark.parametrize(
        "given", [{}, {"packages": {CALLING: 1}, "remove": [CALLING]}, {"packages": {CALLING: 0}}], ids=str
    )
    def test_what_says_nothing_or_two_things_is_no_message(self, given: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            quantities(**given)


# Form G, and how it is shown.


class TestFormG:
    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"name": "100% Akasaka"}, "must not contain %"),
            ({"organization_package": None}, "organization_package"),
            ({"organization_package": "webex_suite"}, "organization_package"),
            ({"packages": {}}, "packages"),
            ({"packages": {CALLING: 0}}, CALLING),
            ({"external_id": "W" * 57}, "external_id"),
            ({"billing_address": {"city": "Tokyo"}}, "country"),
            ({"billing_address": {"country": "XX"}}, "country"),
        ],
    )
    def test_what_is_not_valid_is_refused(self, changes: dict[str, Any], where: str) -> None:
        with pytest.raises(ValidationError, match=where):
            an_onboarding(**changes)

    def test_the_longest_id_has_room_for_its_checks(self) -> None:
        state = a_customer(external_id="W" * 56)
        assert state.check_to_start is not None
        assert state.check_to_start.check_id == f"{'W' * 56}-1"

    def test_whs_05_with_one_package_it_is_the_organization_s(self) -> None:
        start = an_onboarding(packages={MEETINGS: 1}, add_ons={}, organization_package=None)
        assert start.created_with == MEETINGS

    def test_amb_39_without_a_zone_the_partner_s_counts(self) -> None:
        assert created(zone=None).zone == an_onboarding().partner.contact.zone
        assert created(zone="Europe/Berlin").zone == "Europe/Berlin"

    def test_people_go_out_of_it_and_come_back(self) -> None:
        start, people = an_onboarding(), WholesalePeople(OnboardCustomer)
        stored, named = people.without(start), people.of(start)
        assert "admin@akasaka.example.com" not in str(stored)
        assert "desk@hikari.example.com" not in str(stored)
        assert people.back(stored, named) == start
        erased = people.back(stored, {})
        assert (erased.partner.contact, erased.primary_email) == (ERASED, ERASED.email)
        assert named[ADMINISTRATOR].email == "admin@akasaka.example.com"


class TestItsView:
    def test_both_axes_stand_beside_each_other(self) -> None:
        state = provisioned(MEETINGS)
        state.assigned = assigned(3, 1, **{CALLING: 3, CONSOLE: 1})
        state.check_reported(news_of(stage="in_review"), MONDAY)
        facts = wholesale_view(state, MONDAY).facts
        assert facts["packages"] == f"{CALLING} 3/10 provisioned, {MEETINGS} 0/5 failed"
        assert facts["add_ons"] == f"{CONSOLE} 1/2 provisioned"
        assert (facts["users"], facts["administrators"]) == ("3", "1")
        assert (facts["compliance"], facts["compliance_list"]) == ("W-1-1 in_review", "irp-1")
        assert (facts["country"], facts["location"], facts["dial_in"]) == ("JP", "APAC", "+65")

    def test_the_tracker_of_a_whole_life(self) -> None:
        marks = [(step.name, step.mark) for step in wholesale_view(deprovisioned(), MONDAY).steps]
        names = ("Onboarded", "Provisioned", "Users removed", "Add-ons removed", "Packages removed", "Deprovisioned")
        assert marks == [(name, Mark.DONE) for name in names]

    def test_a_deprovisioning_under_way_is_not_shown_as_done(self) -> None:
        marks = [step.mark for step in wholesale_view(deprovisioning(), MONDAY).steps]
        assert marks == [Mark.DONE, Mark.DONE, Mark.CURRENT, *[Mark.PENDING] * 3]

    def test_whs_07_the_partner_s_own_is_marked_without_effect(self) -> None:
        view = wholesale_view(a_customer(own_organization=True), MONDAY)
        assert (view.kind, view.what) == (OWN, "Own organization W-1")
        assert "without effect (WHS-07)" in view.facts["without_effect"]
        assert wholesale_view(a_customer(), MONDAY).kind == CUSTOMER
        assert "without_effect" not in wholesale_view(a_customer(), MONDAY).facts

    def test_whs_07_gone_it_is_in_no_list_any_more(self) -> None:
        state = provisioned(own_organization=True)
        assert WholesaleLine.of(state, MONDAY).is_listed
        state.deprovision(removal(), MONDAY)
        assert WholesaleLine.of(state, MONDAY).is_listed
        state.deprovisioned("C-W-1", "0" * 64, MONDAY)
        assert not WholesaleLine.of(state, MONDAY).is_listed
        assert WholesaleLine.of(deprovisioned(), MONDAY).is_listed, "a customer stays in the list"

    def test_its_line_and_what_it_can_be_narrowed_by(self) -> None:
        state = provisioned(MEETINGS)
        state.check_reported(news_of(stage="non_compliant"), MONDAY)
        line = WholesaleLine.of(state, MONDAY)
        fits = {each.name: each.fits(line, "") for each in WholesaleLine.narrowings}
        assert fits == {"with-errors": True, "own": False, "non-compliant": True}
        assert line.cells() == {
            "country": "JP",
            "users": "0",
            "packages": "2 provisioned, 1 failed",
            "compliance": "non compliant",
        }
        assert line.packages == {CALLING: "0/10", MEETINGS: "0/5", CONSOLE: "0/2"}

    @pytest.mark.parametrize("stage", S)
    def test_what_is_offered_is_taken(self, stage: WholesaleStage) -> None:
        """Whatever it says to paste fits as things stand."""
        state = in_stage(stage)
        for update in wholesale_view(state, MONDAY).can_send:
            again = state.model_copy(deep=True)
            message = WHOLESALE.offers(state, MONDAY)[update].message
            getattr(again, update)(message, MONDAY)

    def test_the_address_that_is_offered_is_another_one(self) -> None:
        state = started(provisioned())
        for _ in range(2):
            offered = WHOLESALE.offers(state, MONDAY)["update_billing_address"].message
            state.update_billing_address(offered, MONDAY)  # type: ignore[arg-type]

    def test_its_row_knows_where_it_is_billed_now(self) -> None:
        row = WholesaleRow(state=a_customer(), placed=an_onboarding())
        assert row.address == an_onboarding().billing_address
        moved = row.model_copy(update={"billing_address": BERLIN})
        assert moved.address == BERLIN
        assert WholesaleRow(state=a_customer()).address is None

    def test_it_is_a_row_of_the_table(self) -> None:
        kind: Kind[Any] = WHOLESALE
        assert (kind.workflow_id("W-1"), kind.handed_in, kind.judges_starts) == ("wholesale-W-1", True, True)
        assert not kind.is_taken(wholesale_view(created(), MONDAY))
        assert kind.is_taken(wholesale_view(a_customer(), MONDAY))

    def test_what_happened_is_told_with_who_did_it(self) -> None:
        state = created()
        (event,) = state.journal.unrecorded
        assert (event.type, event.actor, event.data["country"]) == ("wholesale.created", "partner-hikari", "JP")


@pytest.mark.parametrize("stage", S)
def test_a_state_outlives_its_json(stage: WholesaleStage) -> None:
    """Continue-as-new, and the store."""
    state = IN[stage]()
    assert WholesaleState.model_validate_json(state.model_dump_json()) == state
