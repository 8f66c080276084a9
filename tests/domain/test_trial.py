"""What one trial allows, remembers and refuses. domain.md §5, §10.2."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.mails import MailKind
from domain.trial.messages import (
    AcceptTrial,
    DeclineTrial,
    EditServices,
    GiveDetails,
    MeetingSite,
    ResendConsent,
    Service,
    StartTrial,
    TrialDevice,
    TrialKind,
    WithdrawTrial,
)
from domain.trial.policy import TrialPolicy
from domain.trial.states import CLOSED, NEXT, TrialEvent, TrialStage, TrialTransitionRefused, after
from domain.trial.trial import TrialLife
from domain.values import Country, Refused
from domain.working_time import end_of_day, local_day
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_trial,
    an_administrator,
    an_order,
    converted,
    days,
    ended,
    extended,
    services_built,
)

S, E = TrialStage, TrialEvent

ALLOWED = {
    S.ACKNOWLEDGED: {
        E.PROVISIONING_STARTED: S.PROVISIONING,
        E.CONSENT_REQUESTED: S.AWAITING_CONSENT,
        E.ACTIVATED: S.TRIALING,
    },
    S.AWAITING_CONSENT: {
        E.CONSENT_GIVEN: S.AWAITING_DETAILS,
        E.CONSENT_DECLINED: S.CANCELLED,
        E.CONSENT_LAPSED: S.CANCELLED,
        E.WITHDRAWN: S.CANCELLED,
    },
    S.AWAITING_DETAILS: {E.WITHDRAWN: S.CANCELLED, E.DETAILS_GIVEN: S.PROVISIONING},
    S.PROVISIONING: {E.ACTIVATED: S.TRIALING, E.CANCELLED: S.CANCELLED},
    S.TRIALING: {
        E.EXTENDED: S.TRIALING,
        E.EDITED: S.TRIALING,
        E.CANCELLED: S.CANCELLED,
        E.CONVERTED: S.CONVERTED,
        E.EXPIRED: S.EXPIRED_GRACE,
    },
    S.EXPIRED_GRACE: {E.CONVERTED: S.CONVERTED, E.GRACE_ENDED: S.LAPSED},
    S.LAPSED: {E.NUMBERS_RETAINED: S.NUMBERS_RETAINED},
    S.NUMBERS_RETAINED: {E.NUMBERS_RELEASED: S.NUMBERS_RELEASED},
    S.NUMBERS_RELEASED: {},
    S.CONVERTED: {},
    S.CANCELLED: {},
}
"""Written down a second time, from the rules: the code's table must say the same."""


@pytest.mark.parametrize("stage", TrialStage)
@pytest.mark.parametrize("event", TrialEvent)
def test_every_stage_and_event_has_the_outcome_of_the_rules(stage: TrialStage, event: TrialEvent) -> None:
    if event in ALLOWED[stage]:
        assert after(stage, event) is ALLOWED[stage][event]
    else:
        with pytest.raises(TrialTransitionRefused) as refusal:
            after(stage, event)
        assert str(stage) in str(refusal.value)


def test_nothing_leaves_a_closed_stage_but_the_number_retention() -> None:
    assert {(stage, event) for stage, event in NEXT if stage in CLOSED} == {(S.LAPSED, E.NUMBERS_RETAINED)}


def begun(start: StartTrial) -> TrialLife:
    life = TrialLife.placed(start, MONDAY)
    life.begin(MONDAY)
    return life


def running(**changes: object) -> TrialLife:
    return begun(a_paid_customer_s_trial(**changes))


def mails(life: TrialLife) -> list[tuple[str, str]]:
    return [(mail.kind, mail.to) for mail in life.mails.values()]


def due(life: TrialLife) -> dict[str, str]:
    return {deadline.name: deadline.at.isoformat() for deadline in life.agenda.pending}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"partner_role": "administrator"}, "TRL-02"),
        ({"supported_location": False}, "TRL-12"),
        ({"customer": a_customer(country=Country("KP"))}, "TRL-11"),
        ({"partner": a_partner("akasaka")}, "TRL-03"),
        ({"services": (Service.MEETINGS_ENTERPRISE,)}, "TRL-14"),
        ({"site": {"url": "a.webex.example", "zone": "Asia/Tokyo"}}, "TRL-14"),
        ({"services": (Service.CALLING, Service.CALLING)}, "TRL-13"),
        ({"kind": TrialKind.EXISTING_CUSTOMER, "confirmed_organization": False}, "TRL-22"),
        ({"kind": TrialKind.EXISTING_CUSTOMER, "confirmed_organization": True}, "TRL-24"),
    ],
)
def test_a_start_against_the_rules_names_the_rule(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        a_trial(**changes)


def test_trl_15_94_one_shipment_per_device_type_with_serial_numbers_of_their_own() -> None:
    device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=MONDAY)
    with pytest.raises(ValidationError, match="one shipment per device type"):
        a_trial(devices=(device, device.model_copy(update={"serial_number": "FOC2"})))


def test_trl_24_amb_7_the_consent_mail_goes_to_a_full_admin_alone() -> None:
    life = begun(a_consented_trial(contact_is_full_administrator=True))
    assert mails(life) == [("trial_consent", "customer_administrator/0")]


def test_trl_24_else_to_the_address_and_all_full_admins() -> None:
    administrators = (
        an_administrator("one@akasaka.example.com", full=True),
        an_administrator("two@akasaka.example.com"),
        an_administrator("three@akasaka.example.com", full=True),
    )
    life = begun(a_consented_trial(administrators=administrators))
    assert [to for _, to in mails(life)] == [f"customer_administrator/{number}" for number in (0, 1, 3)]


def test_trl_32_amb_9_a_resend_sends_again_and_does_not_restart_the_ten_days() -> None:
    life = begun(a_consented_trial())
    lapses = due(life)["consent_lapses"]
    assert lapses == "2026-06-11T15:00:00+00:00", "the end of 11 June in Tokyo"
    life.resend(ResendConsent(by="hikari"), MONDAY + days(8))
    assert due(life)["consent_lapses"] == lapses
    assert len(mails(life)) == 4


@pytest.mark.parametrize(("box", "access"), [(True, "full_administrator"), (False, "provisioning_administrator")])
def test_trl_27_28_the_box_decides_what_the_partner_may_do(box: bool, access: str) -> None:
    life = begun(a_consented_trial())
    life.accept(AcceptTrial(by="admin", full_administrator=box), MONDAY)
    assert (life.stage, life.partner_access) == (S.AWAITING_DETAILS, access)
    assert due(life) == {}


def test_amb_10_a_decline_and_trl_31_a_lapse_end_alike() -> None:
    declined, lapsed = begun(a_consented_trial()), begun(a_consented_trial())
    declined.decline(DeclineTrial(by="admin"), MONDAY)
    lapsed.consent_lapsed(MONDAY + days(10))
    assert declined.stage is lapsed.stage is S.CANCELLED
    assert (declined.closing_reason, lapsed.closing_reason) == ("declined", "consent lapsed")


def test_trl_30_withdrawn_before_the_details_and_not_after() -> None:
    life = begun(a_consented_trial())
    life.accept(AcceptTrial(by="admin"), MONDAY)
    life.give_details(GiveDetails(by="hikari"), MONDAY)
    with pytest.raises(Refused, match="cannot withdraw the trial: the trial is provisioning"):
        life.withdraw(WithdrawTrial(by="hikari"), MONDAY)


def test_trl_17_active_and_welcomed_when_all_services_are_built_and_not_before() -> None:
    life = begun(a_trial("T-1", Service.MEETINGS, Service.CALLING))
    life.services_built(services_built(Service.CALLING), MONDAY)
    assert life.stage is S.PROVISIONING
    assert mails(life) == []
    life.services_built(services_built(Service.MEETINGS), MONDAY + days(1))
    assert life.stage is S.TRIALING
    assert mails(life) == [("trial_welcome", "customer_administrator/0")]
    assert life.expires_on == date(2026, 8, 31), "90 days from the day it became active. AMB-6"


def test_trl_43_a_paying_customer_s_trial_is_active_at_once_and_all_administrators_are_told() -> None:
    life = running(administrators=(an_administrator("two@akasaka.example.com"),))
    assert life.stage is S.TRIALING
    assert mails(life) == [("trial_started", "customer_administrator/0"), ("trial_started", "customer_administrator/1")]


def test_trl_71_to_80_every_date_is_counted_from_e_in_the_customer_s_zone() -> None:
    life = running(days=90)
    assert due(life) == {
        "expiring/2026-08-30/7": "2026-08-23T15:00:00+00:00",
        "expired/2026-08-30": "2026-08-30T15:00:00+00:00",
    }
    life.agenda.take_due(datetime(2026, 8, 30, 15, tzinfo=UTC))
    life.expire(datetime(2026, 8, 30, 15, tzinfo=UTC))
    assert due(life)["grace_ends"] == "2026-09-29T15:00:00+00:00"
    assert str(life.numbers_until) == "2026-10-14 15:00:00+00:00"


def test_amb_39_a_zone_west_of_utc_and_dst() -> None:
    life = running(days=30, customer=a_customer(zone="America/Los_Angeles", country=Country("US")))
    assert due(life)["expired/2026-06-30"] == "2026-07-01T07:00:00+00:00"
    autumn = TrialLife.placed(
        a_paid_customer_s_trial(customer=a_customer(zone="Europe/Paris", country=Country("FR")), days=30), MONDAY
    )
    autumn.begin(datetime(2026, 10, 1, 12, tzinfo=UTC))
    assert due(autumn)["expiring/2026-10-31/7"] == "2026-10-24T22:00:00+00:00", "summer time"
    assert due(autumn)["expired/2026-10-31"] == "2026-10-31T23:00:00+00:00", "winter time"


def test_trl_50_amb_11_an_extension_counts_from_today_and_may_shorten_only_when_said() -> None:
    life = running(days=65)
    with pytest.raises(Refused, match=r"confirm_shorten: the new expiry 2026-07-01 is earlier than 2026-08-05"):
        life.extend(extended(30), MONDAY)
    life.extend(extended(30, shorten=True), MONDAY)
    assert life.expires_on == date(2026, 7, 1), "30 left, not 95"
    with pytest.raises(Refused, match="days: at most 30 days from today"):
        life.extend(extended(31), MONDAY)


def test_amb_43_after_an_extension_only_the_new_e_is_warned_of() -> None:
    life = running(days=10)
    life.extend(extended(20), MONDAY + days(9))
    assert sorted(due(life)) == ["expired/2026-06-30", "expiring/2026-06-30/7"]


def test_trl_51_edited_services_must_leave_one_and_take_the_trial_s_e() -> None:
    life = running()
    with pytest.raises(Refused, match="at least one service must remain"):
        life.edit(EditServices(by="hikari", remove=(Service.CALLING,)), MONDAY)
    life.edit(EditServices(by="hikari", add=(Service.MESSAGING,), remove=(Service.CALLING,)), MONDAY)
    assert life.services == (Service.MESSAGING,)
    assert life.numbers_until is not None, "it had Calling: its numbers are kept to E + 45 all the same (TRL-79)"


def test_trl_52_a_cancel_needs_its_confirmation() -> None:
    life = running()
    with pytest.raises(Refused, match="confirm: must be true"):
        life.cancel(ended(confirm=False), MONDAY)
    life.cancel(ended(), MONDAY)
    assert (life.stage, due(life)) == (S.CANCELLED, {})


def test_trl_61_a_tier_2_is_told_to_ask_its_distributor() -> None:
    with pytest.raises(Refused, match="ask its distributor"):
        running().convert(converted(tier=2), MONDAY)


def test_trl_63_every_service_in_use_must_be_paid_else_the_missing_are_listed() -> None:
    life = begun(a_paid_customer_s_trial("T-1", Service.CALLING, Service.MESSAGING))
    with pytest.raises(Refused, match="services: in use and not in the paid order: messaging"):
        life.convert(converted(Service.CALLING), MONDAY)


def test_trl_65_the_paid_order_must_be_the_trial_customer_s() -> None:
    order = an_order("SO-300001", customer=a_customer(id="somebody-else"))
    with pytest.raises(Refused, match=r"order\.customer\.id"):
        running().convert(converted(order=order), MONDAY)


def test_trl_66_converted_in_grace_and_refused_after() -> None:
    life = running(days=10)
    life.expire(MONDAY + days(10))
    kept = life.model_copy(deep=True)
    kept.convert(converted(), MONDAY + days(39))
    assert (kept.stage, kept.order_number, due(kept)) == (S.CONVERTED, "SO-300001", {})
    life.lapse(MONDAY + days(40))
    with pytest.raises(Refused, match=r"lapsed.numbers_retained, and what it lost .* cannot be restored \(TRL-78\)"):
        life.convert(converted(), MONDAY + days(41))


def test_trl_77_78_what_is_lost_follows_from_the_services() -> None:
    calling = running(days=1)
    calling.expire(MONDAY)
    calling.lapse(MONDAY)
    assert calling.losses_to_come == (
        "users_moved",
        "licences_removed",
        "roles_removed",
        "calling_configuration_removed",
    )
    meetings = begun(a_paid_customer_s_trial("T-1", Service.MEETINGS, days=1))
    meetings.expire(MONDAY)
    assert meetings.losses_to_come == ()
    meetings.lapse(MONDAY)
    assert meetings.losses_to_come == ("users_moved", "licences_removed", "site_url_released", "roles_removed")


def test_the_state_of_a_trial_holds_no_personal_data_and_survives_a_round_trip() -> None:
    life = begun(a_consented_trial())
    text = life.model_dump_json()
    without_the_vendor_s_team = text.replace(life.policy.devices.trials_team, "")
    assert not [personal for personal in ("Yamada", "Sato", "@", "赤坂") if personal in without_the_vendor_s_team]
    assert TrialLife.model_validate_json(text) == life


# The end of grace. TRL-77, TRL-78.


def in_grace(**policy: object) -> TrialLife:
    life = begun(a_paid_customer_s_trial(days=10, policy=TrialPolicy.model_validate(policy)))
    life.expire(MONDAY + days(11))
    return life


def test_trl_78_nothing_is_lost_that_nobody_was_told_of() -> None:
    life = in_grace()
    late = MONDAY + days(70)
    life.grace_ended(late)
    assert (life.grace_over, life.loss_announced) == (False, True)
    assert life.grace_ends_at == end_of_day(local_day(late, life.zone) + days(1), life.zone)
    assert life.numbers_until == end_of_day(local_day(late, life.zone) + days(16), life.zone)
    life.grace_ended(life.grace_ends_at)
    assert life.grace_over


def test_trl_78_who_was_told_in_time_is_not_told_again() -> None:
    life = in_grace()
    call = next(deadline for deadline in life.agenda.pending if deadline.name == "last_call/1")
    life.call_last(call, call.at)
    life.grace_ended(life.grace_ends_at)
    assert life.grace_over
    assert life.grace_moved_to is None


def test_trl_77_a_policy_without_announcements_ends_grace_on_its_day() -> None:
    life = in_grace(last_call=())
    life.grace_ended(life.grace_ends_at)
    assert life.grace_over


@pytest.mark.parametrize("field", ["consent_window", "length", "grace", "longest_extension"])
@pytest.mark.parametrize("span", [timedelta(0), timedelta(hours=12), timedelta(days=1, hours=12)])
def test_amb_39_a_trial_s_terms_are_whole_days_one_at_least(field: str, span: timedelta) -> None:
    with pytest.raises(ValidationError):
        TrialPolicy.model_validate({field: span})


@pytest.mark.parametrize("field", ["warnings", "last_call"])
def test_amb_39_a_notice_comes_a_whole_day_before_at_least(field: str) -> None:
    for span in (timedelta(0), timedelta(hours=12)):
        with pytest.raises(ValidationError):
            TrialPolicy.model_validate({field: [span]})


def test_trl_14_the_site_comes_and_goes_with_the_enterprise_edition() -> None:
    life = running()
    site = MeetingSite(url="akasaka.webex.example", zone="Asia/Tokyo")
    life.edit(EditServices(by="hikari", add=(Service.MEETINGS_ENTERPRISE,), site=site), MONDAY)
    assert life.site == site
    life.edit(EditServices(by="hikari", add=(Service.MESSAGING,)), MONDAY)
    assert life.site == site
    life.edit(EditServices(by="hikari", remove=(Service.MEETINGS_ENTERPRISE,)), MONDAY)
    assert life.site is None


def test_trl_66_the_partner_sets_up_what_the_last_look_saved() -> None:
    life = in_grace()
    life.convert_by("SO-300001", MONDAY + days(45))
    (mail,) = [mail for mail in life.mails.values() if mail.kind is MailKind.TRIAL_SETUP]
    assert mail.to == "partner_administrator/0"
