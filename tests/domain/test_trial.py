"""What one trial allows, remembers and refuses. domain.md §5, §10.2."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from domain import permissions
from domain.lifecycle import PostedMail
from domain.mails import MailKind, MailState
from domain.operator import Hold, Resume
from domain.permissions import PartnerRole, Right, may
from domain.trial import letters
from domain.trial.losses import LOSSES, NUMBERS_RELEASED, Others, fate_of
from domain.trial.mails import TrialMail
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
from domain.trial.row import TrialRow
from domain.trial.start_people import TrialPeople
from domain.trial.state import TrialState
from domain.trial.states import TrialEvent, TrialStage
from domain.trial.view import trial_view
from domain.values import Country, Refused
from domain.working_time import end_of_day, local_day
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_administrator,
    an_order,
    converted,
    days,
    ended,
    extended,
    known,
    services_built,
)

S, E = TrialStage, TrialEvent


def begun(start: StartTrial) -> TrialState:
    state = TrialState.placed(start, MONDAY)
    state.begin(MONDAY)
    return state


def running(**changes: object) -> TrialState:
    return begun(a_paid_customer_s_trial(**changes))


def mails(state: TrialState) -> list[tuple[str, str]]:
    return [(mail.kind, mail.to) for mail in state.mails.values()]


def due(state: TrialState) -> dict[str, str]:
    return {deadline.name: deadline.at.isoformat() for deadline in state.agenda.pending}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"partner_role": "administrator"}, "TRL-02"),
        ({"supported_location": False}, "TRL-12"),
        ({"customer": a_customer(country=Country("KP"))}, "TRL-11"),
        ({"partner": a_partner("akasaka")}, "TRL-03"),
        ({"services": (Service.MEETINGS_ENTERPRISE,)}, "TRL-14"),
        ({"site": {"url": "a.webex.example", "zone": "Asia/Tokyo"}}, "TRL-14"),
        ({"services": (Service.CALLING, Service.CALLING)}, "must not name the same twice"),
        (
            {
                "services": (Service.MEETINGS, Service.MEETINGS_ENTERPRISE),
                "site": {"url": "a.webex.example", "zone": "Asia/Tokyo"},
            },
            "AMB-52",
        ),
        ({"kind": TrialKind.EXISTING_CUSTOMER, "confirmed_organization": False}, "TRL-22"),
        ({"kind": TrialKind.EXISTING_CUSTOMER, "confirmed_organization": True}, "TRL-24"),
    ],
)
def test_a_start_against_the_rules_names_the_rule(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        a_trial(**changes)


@pytest.mark.parametrize("role", [*PartnerRole])
def test_trl_02_who_may_start_a_trial_says_the_one_table_of_rights(
    role: PartnerRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given the right or not, the message follows: it has no list of its own."""
    allowed = {PartnerRole.SALES_ADMINISTRATOR, PartnerRole.FULL_ADMINISTRATOR}
    assert may([role], Right.START_TRIAL) is (role in allowed)
    assert starts(role) is (role in allowed)
    changed = dict.fromkeys(PartnerRole, frozenset(Right)) | {role: frozenset(Right) - {Right.START_TRIAL}}
    monkeypatch.setattr(permissions, "RIGHTS", changed)
    assert [each for each in PartnerRole if not starts(each)] == [role]


def starts(role: PartnerRole) -> bool:
    """Somebody of that role is taken as the one who starts it."""
    try:
        a_trial(partner_role=role)
    except ValidationError:
        return False
    return True


def test_trl_15_94_one_shipment_per_device_type_with_serial_numbers_of_their_own() -> None:
    device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=MONDAY)
    with pytest.raises(ValidationError, match="one shipment per device type"):
        a_trial(devices=(device, device.model_copy(update={"serial_number": "FOC2"})))


def test_trl_24_amb_7_the_consent_mail_goes_to_a_full_admin_alone() -> None:
    state = begun(a_consented_trial(contact_is_full_administrator=True))
    assert mails(state) == [("trial_consent", "customer_administrator/0")]


def test_trl_24_else_to_the_address_and_all_full_admins() -> None:
    administrators = (
        an_administrator("one@akasaka.example.com", full=True),
        an_administrator("two@akasaka.example.com"),
        an_administrator("three@akasaka.example.com", full=True),
    )
    state = begun(a_consented_trial(administrators=administrators))
    assert [to for _, to in mails(state)] == [f"customer_administrator/{number}" for number in (0, 1, 3)]


def test_trl_32_amb_9_a_resend_sends_again_and_does_not_restart_the_ten_days() -> None:
    state = begun(a_consented_trial())
    lapses = due(state)["consent_lapses"]
    assert lapses == "2026-06-11T15:00:00+00:00", "the end of 11 June in Tokyo"
    state.resend(ResendConsent(by="hikari"), MONDAY + days(8))
    assert due(state)["consent_lapses"] == lapses
    assert len(mails(state)) == 4


def test_trl_30_a_resend_after_the_consent_is_a_copy_that_asks_for_nothing() -> None:
    start = a_consented_trial()
    state = begun(start)
    asked = list(state.mails.values())
    state.accept(AcceptTrial(by="admin"), MONDAY)
    state.resend(ResendConsent(by="hikari"), MONDAY + days(20))
    copies = [mail for mail in state.mails.values() if mail not in asked]
    assert [(mail.kind, mail.to, mail.due_at) for mail in copies] == [(mail.kind, mail.to, None) for mail in asked]
    assert state.stage is S.AWAITING_DETAILS
    assert due(state) == {}
    row = TrialRow(state=state, placed=start)
    assert {letters.wanted(row, mail) for mail in copies} == {True}
    assert {letters.wanted(row, mail) for mail in asked} == {False}, "nobody is asked for what was given"


def test_trl_24_71_73_75_an_address_that_is_named_twice_counts_once() -> None:
    contact, admin = a_customer().contact, an_administrator("two@akasaka.example.com")
    again = an_administrator(contact.email.upper().replace("EXAMPLE.COM", "example.com"), full=True)
    partner, user = a_partner().contact, a_person("user@akasaka.example.com")
    start = a_consented_trial(
        administrators=(admin, again, an_administrator("two@akasaka.example.com", full=True)),
        partner_administrators=(partner, admin.person, admin.person),
        users=(user, contact, user),
    )
    state = begun(start)
    counted = state.customer_administrators, state.partner_administrators, state.users
    assert counted == (2, 2, 2)
    assert state.full_administrators == (0, 1), "full if it is so named anywhere"
    people = TrialPeople(StartTrial)
    assert len(people.of(start)) == sum(counted)
    assert people.of(start)["customer_administrator/0"] == contact
    back = people.back(people.without(start), people.of(start))
    assert (people.of(back), people.without(back)) == (people.of(start), people.without(start))


def test_trl_77_who_is_administrator_on_both_sides_gets_the_last_call_once() -> None:
    both = an_administrator("both@hikari.example.com")
    state = running(administrators=(both,), partner_administrators=(both.person,))
    state._post_to_customer(TrialMail.TRIAL_LAST_CALL)
    state._post_to_partner(TrialMail.TRIAL_LAST_CALL)
    assert [to for _, to in mails(state)[-3:]] == [
        "customer_administrator/0",
        "customer_administrator/1",
        "partner_administrator/0",
    ]
    state._post_to_partner(TrialMail.TRIAL_EXPIRED_PARTNER)
    assert [to for _, to in mails(state)[-2:]] == ["partner_administrator/0", "partner_administrator/1"]


def test_trl_13_26_42_the_view_has_licences_purchases_and_managing_partners() -> None:
    state = running(licences=40)
    state.managing_partners = ("akebono", "minato")
    facts = trial_view(state, MONDAY).facts
    assert (facts["licences"], facts["purchased"], facts["managing_partners"]) == ("40", "meetings", "akebono, minato")
    assert "hold" not in facts


def test_a_hold_says_that_the_dates_go_on() -> None:
    state = running()
    before = due(state)
    state.hold(Hold(by="ops-7", reason="dispute"), MONDAY)
    assert "done at resume" in trial_view(state, MONDAY).facts["hold"]
    assert due(state) == before


@pytest.mark.parametrize(("box", "access"), [(True, "full_administrator"), (False, "provisioning_administrator")])
def test_trl_27_28_the_box_decides_what_the_partner_may_do(box: bool, access: str) -> None:
    state = begun(a_consented_trial())
    state.accept(AcceptTrial(by="admin", full_administrator=box), MONDAY)
    assert (state.stage, state.partner_access) == (S.AWAITING_DETAILS, access)
    assert due(state) == {}


def test_amb_10_a_decline_and_trl_31_a_lapse_end_alike() -> None:
    declined, lapsed = begun(a_consented_trial()), begun(a_consented_trial())
    declined.decline(DeclineTrial(by="admin"), MONDAY)
    lapsed.consent_lapsed(MONDAY + days(10))
    assert declined.stage is lapsed.stage is S.CANCELLED
    assert (declined.closing_reason, lapsed.closing_reason) == ("declined", "consent lapsed")


def test_trl_30_withdrawn_before_the_details_and_not_after() -> None:
    state = begun(a_consented_trial())
    state.accept(AcceptTrial(by="admin"), MONDAY)
    state.give_details(GiveDetails(by="hikari"), MONDAY)
    with pytest.raises(Refused, match="cannot withdraw the trial: the trial is provisioning"):
        state.withdraw(WithdrawTrial(by="hikari"), MONDAY)


def test_trl_17_active_and_welcomed_when_all_services_are_built_and_not_before() -> None:
    state = begun(a_trial("T-1", Service.MEETINGS, Service.CALLING))
    state.report_services_built(services_built(Service.CALLING), MONDAY)
    assert (state.stage, mails(state)) == (S.PROVISIONING, [])
    state.report_services_built(services_built(Service.MEETINGS), MONDAY + days(1))
    assert state.stage is S.TRIALING
    assert mails(state) == [("trial_welcome", "customer_administrator/0")]
    assert state.expires_on == date(2026, 8, 31), "90 days from the day it became active. AMB-6"


def test_trl_43_a_paying_customer_s_trial_is_active_at_once_and_all_administrators_are_told() -> None:
    state = running(administrators=(an_administrator("two@akasaka.example.com"),))
    assert state.stage is S.TRIALING
    assert mails(state) == [
        ("trial_started", "customer_administrator/0"),
        ("trial_started", "customer_administrator/1"),
    ]


def test_trl_71_to_80_every_date_is_counted_from_e_in_the_customer_s_zone() -> None:
    state = running(days=90)
    assert due(state) == {
        "expiring/2026-08-30/7": "2026-08-23T00:00:00+00:00",
        "expires_today/2026-08-30": "2026-08-30T00:00:00+00:00",
        "expired/2026-08-30": "2026-08-30T15:00:00+00:00",
    }, "mails at 09:00 in Tokyo, E at its midnight"
    state.agenda.take_due(datetime(2026, 8, 30, 15, tzinfo=UTC))
    state.expire(datetime(2026, 8, 30, 15, tzinfo=UTC))
    assert due(state) == {
        "last_call/7": "2026-09-22T00:00:00+00:00",
        "last_call/1": "2026-09-28T00:00:00+00:00",
        "grace_ends": "2026-09-29T15:00:00+00:00",
    }
    assert str(state.numbers_until) == "2026-10-14 15:00:00+00:00"


def test_amb_39_a_zone_west_of_utc_and_dst() -> None:
    state = running(days=30, customer=a_customer(zone="America/Los_Angeles", country=Country("US")))
    assert due(state)["expired/2026-06-30"] == "2026-07-01T07:00:00+00:00"
    autumn = TrialState.placed(
        a_paid_customer_s_trial(customer=a_customer(zone="Europe/Paris", country=Country("FR")), days=30), MONDAY
    )
    autumn.begin(datetime(2026, 10, 1, 12, tzinfo=UTC))
    assert due(autumn) == {
        "expiring/2026-10-31/7": "2026-10-24T07:00:00+00:00",
        "expires_today/2026-10-31": "2026-10-31T08:00:00+00:00",
        "expired/2026-10-31": "2026-10-31T23:00:00+00:00",
    }, "summer time, then winter time"


AMB_47 = {
    "Asia/Tokyo": (date(2026, 5, 21), date(2026, 5, 28), "+09:00", "+09:00"),
    "Europe/Paris": (date(2026, 10, 22), date(2026, 10, 29), "+02:00", "+01:00"),
    "America/Los_Angeles": (date(2026, 3, 4), date(2026, 3, 11), "-08:00", "-07:00"),
}
"""E minus 7 and E; in Paris and Los Angeles the clocks change in between."""


def happens(state: TrialState, now: datetime) -> list[tuple[str, str]]:
    """What is due does its work; the mails that are new, each with the day it is dated at the customer's."""
    known_mails = set(state.mails)
    for deadline in state.agenda.take_due(now).act:
        match deadline.kind:
            case "expiring":
                state.warn(deadline, now)
            case "expires_today":
                state.expires_today(now)
            case "expired":
                state.expire(now)
    new = [mail for key, mail in state.mails.items() if key not in known_mails and mail.to.endswith("/0")]
    return [(mail.kind, str(local_day(now, state.zone))) for mail in new]


@pytest.mark.parametrize("zone", AMB_47)
def test_amb_47_mails_leave_at_nine_of_their_day_and_e_is_over_at_its_midnight(zone: str) -> None:
    warned, e, before, after = AMB_47[zone]
    second = timedelta(seconds=1)
    at_nine = {day: datetime.fromisoformat(f"{day}T09:00{at}") for day, at in ((warned, before), (e, after))}
    midnight = datetime.fromisoformat(f"{e + timedelta(days=1)}T00:00{after}")
    state = TrialState.placed(a_paid_customer_s_trial(days=20, customer=a_customer(zone=zone)), MONDAY)
    state.begin(at_nine[e] - days(20))
    assert state.expires_on == e

    assert happens(state, at_nine[warned] - second) == []
    assert happens(state, at_nine[warned]) == [
        ("trial_expiring", str(warned)),
        ("trial_expiring_partner", str(warned)),
    ]
    assert happens(state, at_nine[e] - second) == []
    assert happens(state, at_nine[e]) == [("trial_expired", str(e)), ("trial_expired_partner", str(e))]
    assert happens(state, midnight - second) == []
    assert state.stage is S.TRIALING, "the Expired tag and grace begin when E is over"
    assert happens(state, midnight) == []
    assert (state.stage, state.expired_at) == (S.EXPIRED_GRACE, midnight)


@pytest.mark.parametrize(
    ("length", "hour", "at_once"),
    [
        (1, 8, True),
        (1, 10, True),
        (6, 10, True),
        (7, 8, False),
        (7, 9, True),
        (7, 10, True),
        (8, 10, False),
    ],
)
def test_amb_43_a_short_trial_is_warned_of_at_once_and_once(length: int, hour: int, at_once: bool) -> None:
    """By the hour in Tokyo at which it begins: seven days before E at 09:00 may be later that day."""
    begins = datetime(2026, 6, 1, hour - 9, tzinfo=UTC) if hour >= 9 else datetime(2026, 5, 31, hour + 15, tzinfo=UTC)
    state = TrialState.placed(a_paid_customer_s_trial(days=length), begins)
    state.begin(begins)
    warned = [kind for kind, _ in happens(state, begins)]
    assert warned == (["trial_expiring", "trial_expiring_partner"] if at_once else [])
    e = known(state.expires_on)
    assert e == local_day(begins, state.zone) + timedelta(days=length)
    later = [kind for hours in range(24 * (length + 2)) for kind, _ in happens(state, begins + timedelta(hours=hours))]
    assert later == [*([] if at_once else warned_kinds()), "trial_expired", "trial_expired_partner"]


def warned_kinds() -> list[str]:
    return ["trial_expiring", "trial_expiring_partner"]


def test_amb_47_where_nothing_ran_on_e_the_mails_of_e_go_out_once_after_it() -> None:
    state = running(days=10)
    e = known(state.expires_at)
    assert happens(state, e + days(1)) == [("trial_expired", "2026-06-13"), ("trial_expired_partner", "2026-06-13")]
    assert state.stage is S.EXPIRED_GRACE


@pytest.mark.parametrize(
    ("became", "after"), [(MailState.MOOT, True), (MailState.SENT, False), (MailState.PENDING, False)]
)
def test_amb_53_what_was_moot_on_e_goes_out_after_it(became: MailState, after: bool) -> None:
    """An order named the trial in the morning and was cancelled in the afternoon."""
    state = running(days=10)
    e = known(state.expires_at)
    assert len(happens(state, e - timedelta(hours=15))) == 2
    if became is not MailState.PENDING:
        posted(state, e - timedelta(hours=15), became)
    assert [kind for kind, _ in happens(state, e)] == (["trial_expired", "trial_expired_partner"] if after else [])
    new = [mail for mail in state.mails.values() if mail.kind == TrialMail.TRIAL_EXPIRED and mail.occurrence]
    assert all(letters.wanted(a_row(state), mail) for mail in new)


def test_amb_47_extended_on_its_last_day_it_has_a_new_last_day() -> None:
    state = running(days=10)
    morning = known(state.expires_at) - timedelta(hours=14)
    happens(state, morning)
    state.extend(extended(10), morning)
    old = [mail for mail in state.mails.values() if mail.kind == TrialMail.TRIAL_EXPIRED]
    assert not any(letters.wanted(a_row(state), mail) for mail in old), "what still waits to be sent is moot"
    e = known(state.expires_at)
    assert happens(state, e - timedelta(hours=16)) == [
        ("trial_expiring", "2026-06-21"),
        ("trial_expiring_partner", "2026-06-21"),
    ]
    assert happens(state, e - timedelta(hours=15)) == [
        ("trial_expired", "2026-06-21"),
        ("trial_expired_partner", "2026-06-21"),
    ]


@pytest.mark.parametrize("zone", ["Africa/Cairo", "America/Santiago", "Asia/Beirut"])
def test_amb_47_an_hour_that_clocks_skip_is_the_next_there_is_on_that_day(zone: str) -> None:
    """Their clocks go from 24:00 to 01:00."""
    skipped = {
        "Africa/Cairo": date(2026, 4, 24),
        "America/Santiago": date(2026, 9, 6),
        "Asia/Beirut": date(2026, 3, 29),
    }
    e = skipped[zone]
    policy = TrialPolicy(notices_at=time(0, 30))
    start = a_paid_customer_s_trial(days=20, customer=a_customer(zone=zone), policy=policy)
    state = TrialState.placed(start, MONDAY)
    state.begin(end_of_day(e, zone) - days(20) - timedelta(hours=2))
    assert state.expires_on == e
    at = {each.kind: each.at for each in state.agenda.pending}
    assert at["expires_today"] == end_of_day(e - timedelta(days=1), zone)
    assert local_day(at["expires_today"], zone) == e


@pytest.mark.parametrize(
    ("length", "sent_at", "left"),
    [
        (1, "2026-06-01T10:00+09:00", 1),
        (1, "2026-06-01T23:59+09:00", 1),
        (7, "2026-06-01T10:00+09:00", 7),
        (30, "2026-06-24T09:00+09:00", 7),
        (30, "2026-06-24T23:59+09:00", 7),
        (30, "2026-06-25T00:00+09:00", 6),
        (30, "2026-07-01T09:00+09:00", 0),
        (30, "2026-07-02T09:00+09:00", 0),
    ],
)
def test_trl_74_a_warning_says_the_days_left_whenever_it_leaves(length: int, sent_at: str, left: int) -> None:
    state = running(days=length)
    now = datetime.fromisoformat(sent_at)
    assert letters.facts(a_row(state), a_mail(state, TrialMail.TRIAL_EXPIRING), now).days_left == left


@pytest.mark.parametrize(("sent_at", "last_day"), [("2026-07-01T23:59+09:00", True), ("2026-07-02T00:00+09:00", False)])
def test_amb_47_the_mail_of_e_says_whether_e_is_over(sent_at: str, last_day: bool) -> None:
    state = running(days=30)
    facts = letters.facts(a_row(state), a_mail(state, TrialMail.TRIAL_EXPIRED), datetime.fromisoformat(sent_at))
    assert facts.last_day is last_day


@pytest.mark.parametrize(
    ("expires_on", "wanted"), [(date(2026, 7, 1), True), (date(2026, 7, 2), False)], ids=["this E", "extended since"]
)
@pytest.mark.parametrize("kind", [TrialMail.TRIAL_EXPIRED, TrialMail.TRIAL_EXPIRED_PARTNER])
@pytest.mark.parametrize("stage", [S.TRIALING, S.EXPIRED_GRACE])
def test_amb_43_the_mail_of_e_is_about_this_e_only(
    stage: TrialStage, kind: MailKind, expires_on: date, wanted: bool
) -> None:
    state = running(days=30)
    mail = a_mail(state, kind)
    state.stage, state.expires_on = stage, expires_on
    assert letters.wanted(a_row(state), mail) is wanted
    state.stage = S.CANCELLED
    assert not letters.wanted(a_row(state), mail)


def test_trl_50_amb_11_an_extension_counts_from_today_and_may_shorten_only_when_said() -> None:
    state = running(days=65)
    with pytest.raises(Refused, match=r"confirm_shorten: the new expiry 2026-07-01 is earlier than 2026-08-05"):
        state.extend(extended(30), MONDAY)
    state.extend(extended(30, shorten=True), MONDAY)
    assert state.expires_on == date(2026, 7, 1), "30 left, not 95"
    with pytest.raises(Refused, match="days: at most 30 days from today"):
        state.extend(extended(31), MONDAY)


def test_amb_43_after_an_extension_only_the_new_e_is_warned_of() -> None:
    state = running(days=10)
    state.extend(extended(20), MONDAY + days(9))
    assert sorted(due(state)) == ["expired/2026-06-30", "expires_today/2026-06-30", "expiring/2026-06-30/7"]


def test_trl_51_edited_services_must_leave_one_and_take_the_trial_s_e() -> None:
    state = running()
    with pytest.raises(Refused, match="at least one service must remain"):
        state.edit_services(EditServices(by="hikari", remove=(Service.CALLING,)), MONDAY)
    state.edit_services(EditServices(by="hikari", add=(Service.MESSAGING,), remove=(Service.CALLING,)), MONDAY)
    assert state.services == (Service.MESSAGING,)
    assert state.numbers_until is not None, "it had Calling: its numbers are kept to E + 45 all the same (TRL-79)"


def test_trl_52_a_cancel_needs_its_confirmation() -> None:
    state = running()
    with pytest.raises(Refused, match="confirm: must be true"):
        state.cancel(ended(confirm=False), MONDAY)
    state.cancel(ended(), MONDAY)
    assert (state.stage, due(state)) == (S.CANCELLED, {})


def test_trl_61_a_tier_2_is_told_to_ask_its_distributor() -> None:
    with pytest.raises(Refused, match="ask its distributor"):
        running().convert(converted(tier=2), MONDAY)


def test_trl_63_every_service_in_use_must_be_paid_else_the_missing_are_listed() -> None:
    state = begun(a_paid_customer_s_trial("T-1", Service.CALLING, Service.MESSAGING))
    with pytest.raises(Refused, match="services: in use and not in the paid order: messaging"):
        state.convert(converted(Service.CALLING), MONDAY)


def test_trl_65_the_paid_order_must_be_the_trial_customer_s() -> None:
    order = an_order("SO-300001", customer=a_customer(id="somebody-else"))
    with pytest.raises(Refused, match=r"order\.customer\.id"):
        running().convert(converted(order=order), MONDAY)


def test_trl_66_converted_in_grace_and_refused_after() -> None:
    state = running(days=10)
    state.expire(MONDAY + days(10))
    kept = state.model_copy(deep=True)
    kept.convert(converted(), MONDAY + days(39))
    assert (kept.stage, kept.order_number, due(kept)) == (S.CONVERTED, "SO-300001", {})
    state.lapse(MONDAY + days(40))
    with pytest.raises(Refused, match=r"lapsed.numbers_retained, and what it lost .* cannot be restored \(TRL-78\)"):
        state.convert(converted(), MONDAY + days(41))


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
    assert not meetings.losses_to_come
    meetings.lapse(MONDAY)
    assert meetings.losses_to_come == ("users_moved", "licences_removed", "site_url_released", "roles_removed")


def test_the_state_of_a_trial_holds_no_personal_data_and_survives_a_round_trip() -> None:
    state = begun(a_consented_trial())
    text = state.model_dump_json()
    without_the_vendor_s_team = text.replace(state.policy.devices.trials_team, "")
    assert not [personal for personal in ("Yamada", "Sato", "@", "赤坂") if personal in without_the_vendor_s_team]
    assert TrialState.model_validate_json(text) == state


# The end of grace. TRL-77, TRL-78, AMB-51.


def in_grace(**policy: object) -> TrialState:
    state = begun(a_paid_customer_s_trial(days=10, policy=TrialPolicy.model_validate(policy)))
    state.expire(MONDAY + days(11))
    return state


def called(state: TrialState, name: str, after: timedelta = timedelta(0)) -> datetime:
    """That last call goes out so long after it was due."""
    call = next(deadline for deadline in state.agenda.pending if deadline.name == name)
    at = call.at + after
    state.agenda.disarm(name)
    state.call_last(call, at)
    posted(state, at)
    return at


def posted(the_state: TrialState, at: datetime, state: MailState = MailState.SENT) -> None:
    """What waits is reported at that instant."""
    for mail in the_state.mails_in(MailState.PENDING):
        the_state.mail_reported(mail.key, state, at, at)


def last_calls(state: TrialState) -> set[str]:
    return {mail.occurrence for mail in state.mails.values() if mail.kind == TrialMail.TRIAL_LAST_CALL}


def at_the_end(state: TrialState, now: datetime, *, anything_to_lose: bool = True) -> TrialStage:
    state.agenda.disarm("grace_ends")
    state.grace_ended(now)
    state.looked_last(anything_to_lose, now)
    return state.stage


def test_trl_78_nothing_is_lost_that_nobody_was_told_of() -> None:
    state = in_grace()
    late = MONDAY + days(70)
    assert at_the_end(state, late) is S.EXPIRED_GRACE
    posted(state, late)
    assert state.grace_ends_at == end_of_day(local_day(late, state.zone) + days(1), state.zone)
    assert state.numbers_until == end_of_day(local_day(late, state.zone) + days(16), state.zone)
    assert at_the_end(state, state.grace_ends_at) is S.NUMBERS_RETAINED


def test_trl_78_who_was_told_in_time_is_not_told_again() -> None:
    state = in_grace()
    called(state, "last_call/1")
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED
    assert (state.grace_moved_to, last_calls(state)) == (None, {"last_call/1"})


@pytest.mark.parametrize(("late", "lapses"), [(0, True), (15 * 60 + 14, True), (15 * 60 + 16, False), (60 * 20, False)])
def test_amb_51_a_last_call_too_late_prolongs_grace_to_its_own_day_and_no_further(late: int, lapses: bool) -> None:
    """Counted in minutes after 09:00; a quarter of an hour past midnight is still on time."""
    state = in_grace()
    e30 = known(state.grace_ends_on)
    called(state, "last_call/1", timedelta(minutes=late))
    assert (state.grace_ends_on == e30) is lapses
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED
    assert known(state.grace_ends_on) <= e30 + days(1)


@pytest.mark.parametrize("state", [MailState.SENT, MailState.UNKNOWN, MailState.REFUSED])
def test_trl_78_whoever_was_written_to_was_told(state: MailState) -> None:
    """A mail refused for good raises attention; it does not keep a trial for ever."""
    the_state = in_grace()
    call = next(deadline for deadline in the_state.agenda.pending if deadline.name == "last_call/7")
    the_state.call_last(call, call.at)
    posted(the_state, call.at, state)
    assert at_the_end(the_state, known(the_state.grace_ends_at)) is S.NUMBERS_RETAINED


def test_amb_53_last_calls_that_were_moot_told_nobody() -> None:
    """A paid order named the trial when they were due, and came to nothing."""
    state = in_grace()
    for name in ("last_call/7", "last_call/1"):
        call = next(deadline for deadline in state.agenda.pending if deadline.name == name)
        state.call_last(call, call.at)
        posted(state, call.at, MailState.MOOT)
    e30 = known(state.grace_ends_at)
    assert at_the_end(state, e30) is S.EXPIRED_GRACE
    assert (known(state.grace_ends_at) - e30, last_calls(state) - {"last_call/7", "last_call/1"}) == (
        days(2),
        {f"last_call/late/{state.grace_ends_on}"},
    )
    posted(state, e30)
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED


def test_trl_78_last_calls_that_a_mail_server_keeps_waiting_are_waited_for_and_not_repeated() -> None:
    state = in_grace()
    call = next(deadline for deadline in state.agenda.pending if deadline.name == "last_call/1")
    state.call_last(call, call.at)
    for _ in range(3):
        assert at_the_end(state, known(state.grace_ends_at)) is S.EXPIRED_GRACE
    assert last_calls(state) == {"last_call/1"}
    ends = known(state.grace_ends_at)
    posted(state, ends - timedelta(hours=3))
    assert at_the_end(state, ends) is S.EXPIRED_GRACE, "three hours are no day"
    posted(state, ends)
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED


def test_amb_48_with_nothing_to_lose_there_is_nothing_to_announce() -> None:
    state = in_grace()
    assert at_the_end(state, known(state.grace_ends_at), anything_to_lose=False) is S.NUMBERS_RETAINED
    assert last_calls(state) == set()


@pytest.mark.parametrize("until", [30, 31, 44, 46, 90])
def test_amb_51_held_beyond_the_end_of_grace_there_is_a_fresh_call_and_a_day(until: int) -> None:
    """However often it was announced before, and however often it is held again."""
    state = in_grace()
    called(state, "last_call/7")
    called(state, "last_call/1")
    start = known(state.grace_ends_at)
    state.hold(Hold(by="ops-7", reason="in dispute"), start - days(1))
    resumed = start + days(until - 30)
    for _ in range(2):
        state.resume(Resume(by="ops-7"), resumed)
        assert at_the_end(state, resumed) is S.EXPIRED_GRACE
        posted(state, resumed)
        assert known(state.grace_ends_at) >= resumed + days(1)
        state.hold(Hold(by="ops-7", reason="again"), resumed)
        resumed = known(state.grace_ends_at)
    state.resume(Resume(by="ops-7"), resumed - timedelta.resolution)
    assert at_the_end(state, resumed) is S.NUMBERS_RETAINED
    assert len(last_calls(state)) == 4


def test_amb_51_a_hold_within_grace_changes_nothing_that_was_announced() -> None:
    state = in_grace()
    called(state, "last_call/7")
    ends = known(state.grace_ends_at)
    state.hold(Hold(by="ops-7", reason="in dispute"), ends - days(5))
    state.resume(Resume(by="ops-7"), ends - days(2))
    assert at_the_end(state, ends) is S.NUMBERS_RETAINED


@pytest.mark.parametrize(("late", "lapses"), [(14, True), (16, False), (60 * 24 * 20, False)])
def test_amb_51_an_outage_across_the_end_of_grace_calls_afresh(late: int, lapses: bool) -> None:
    state = in_grace()
    called(state, "last_call/1")
    now = known(state.grace_ends_at) + timedelta(minutes=late)
    assert (at_the_end(state, now) is S.NUMBERS_RETAINED) is lapses
    assert lapses or known(state.grace_ends_at) >= now + days(1)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-06-12T00:00+09:00", 29),
        ("2026-07-10T23:59+09:00", 1),
        ("2026-07-11T00:00+09:00", 0),
        ("2026-07-11T23:59+09:00", 0),
        ("2026-07-12T00:00+09:00", 1),
        ("2026-07-22T10:00+09:00", 1),
    ],
)
def test_trl_74_days_left_of_grace_and_once_it_is_past_those_of_a_fresh_announcement(now: str, left: int) -> None:
    """Nothing ran, or it is held: whenever it goes on, it calls first. AMB-51."""
    state = in_grace()
    assert state.grace_ends_on == date(2026, 7, 11)
    assert state.grace_days_left(datetime.fromisoformat(now)) == left


def test_trl_74_days_left_of_a_prolonged_grace_are_those_recorded() -> None:
    state = in_grace()
    late = datetime.fromisoformat("2026-07-22T10:00+09:00")
    assert at_the_end(state, late) is S.EXPIRED_GRACE
    assert state.grace_days_left(late) == 1, "E + 30 was eleven days ago"
    assert at_the_end(state, known(state.grace_ends_at) + days(1)) is S.EXPIRED_GRACE
    posted(state, known(state.grace_ends_at) - days(1))
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED
    assert state.grace_days_left(late) is None


def test_trl_78_a_grace_as_short_as_its_last_call_is_not_prolonged() -> None:
    state = in_grace(grace=days(1), last_call=(days(1),))
    call = next(deadline for deadline in state.agenda.pending if deadline.name == "last_call/1")
    e = known(state.expires_at)
    assert call.at < e, "due when it expires"
    state.agenda.disarm("last_call/1")
    state.call_last(call, e)
    posted(state, e)
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED
    assert state.grace_moved_to is None


# What nobody else gives. AMB-48 to AMB-50.

NOTHING_ELSE = Others()
SUBSCRIBED = Others(services={Service.MEETINGS: "subscription sub-1"}, organization="subscription sub-1")
ELSEWHERE = Others(services={Service.CALLING: "another open trial"}, organization="another open trial")


def lapsed(*services: Service, others: Others = NOTHING_ELSE, late: timedelta = timedelta(0)) -> TrialState:
    """At the end of grace, step by step, so long after it."""
    state = begun(a_trial("T-1", *services, users=(a_person("u@a.example"),), site=None))
    state.report_services_built(services_built(*services), MONDAY)
    state.expire(known(state.expires_at))
    state.grace_ended(known(state.grace_ends_at))
    state.lapse(known(state.grace_ends_at))
    for step in state.losses_to_come:
        state.step_taken(fate_of(step, state.tried, others), known(state.grace_ends_at) + late)
    return state


def told_the_users(state: TrialState) -> bool:
    return any(mail.kind == TrialMail.TRIAL_ACCESS_ENDED for mail in state.mails.values())


def test_amb_48_alone_a_trial_loses_everything() -> None:
    state = lapsed(Service.MEETINGS, Service.CALLING)
    assert (state.lost, state.spared, state.stage) == (tuple(LOSSES), {}, S.NUMBERS_RETAINED)
    assert told_the_users(state)


def test_amb_48_a_paying_organization_keeps_users_roles_and_what_it_pays_for() -> None:
    state = lapsed(Service.MEETINGS, Service.CALLING, others=SUBSCRIBED)
    assert state.lost == ("licences_removed", "calling_configuration_removed")
    assert state.spared == {
        "users_moved": "organization: subscription sub-1",
        "licences_removed": "meetings: subscription sub-1",
        "site_url_released": "meetings: subscription sub-1",
        "roles_removed": "organization: subscription sub-1",
    }
    assert (state.ended, told_the_users(state)) == ((Service.CALLING,), True)
    events = [(event.type, event.data.get("what")) for event in state.journal.unrecorded if "what" in event.data]
    assert ("trial.spared", "users_moved") in events
    assert ("trial.lost", "users_moved") not in events


def test_amb_48_the_other_edition_gives_it_too() -> None:
    enterprise = Others(services={Service.MEETINGS_ENTERPRISE: "subscription sub-1"}, organization="subscription sub-1")
    assert lapsed(Service.MEETINGS, others=enterprise).lost == ()


def test_amb_48_who_loses_nothing_hears_nothing_and_it_is_over() -> None:
    state = lapsed(Service.MEETINGS, others=SUBSCRIBED)
    assert (state.lost, state.ended, told_the_users(state)) == ((), (), False)
    assert (state.closed, state.stage) == (True, S.LAPSED)


def test_amb_49_calling_that_somebody_else_gives_keeps_configuration_and_numbers() -> None:
    state = lapsed(Service.CALLING, others=ELSEWHERE)
    assert (state.stage, state.closed, state.numbers_until) == (S.LAPSED, True, None)
    assert "numbers_released" not in due(state)


def test_amb_49_calling_removed_and_taken_over_by_nobody_goes_on_the_same_day() -> None:
    state, stayed = running(services=(Service.CALLING, Service.MESSAGING)), running()
    state.edit_services(EditServices(by="hikari", remove=(Service.CALLING,)), MONDAY)
    assert state.numbers_until == stayed.numbers_until


@pytest.mark.parametrize(("late", "more"), [(timedelta(minutes=14), 15), (timedelta(minutes=16), 16), (days(20), 36)])
def test_amb_50_numbers_are_kept_fifteen_days_from_the_loss_itself(late: timedelta, more: int) -> None:
    state = lapsed(Service.CALLING, late=late)
    assert known(state.numbers_until) == end_of_day(known(state.grace_ends_on) + days(more), state.zone)
    assert due(state)["numbers_released"] == known(state.numbers_until).isoformat()


def test_amb_50_numbers_wait_until_the_last_step_is_taken() -> None:
    state = running(days=1)
    state.expire(known(state.expires_at))
    state.lapse(known(state.grace_ends_at))
    *steps, last = state.losses_to_come
    for step in steps:
        state.step_taken(fate_of(step, state.tried, NOTHING_ELSE), known(state.grace_ends_at))
    assert "numbers_released" not in due(state)
    state.step_taken(fate_of(last, state.tried, NOTHING_ELSE), known(state.grace_ends_at))
    assert "numbers_released" in due(state)


@pytest.mark.parametrize("others", [NOTHING_ELSE, ELSEWHERE])
def test_amb_48_numbers_too_are_looked_at_on_their_day(others: Others) -> None:
    state = lapsed(Service.CALLING)
    state.release_numbers(known(state.numbers_until))
    assert (state.stage, state.closed) == (S.NUMBERS_RETAINED, False)
    state.numbers_taken(fate_of(NUMBERS_RELEASED, state.tried, others), MONDAY + days(300))
    assert (state.stage, state.closed) == (S.LAPSED if others.services else S.NUMBERS_RELEASED, True)
    assert ("numbers_released" in state.spared) is bool(others.services)
    assert (state.numbers_until is None) is bool(others.services), "what is spared has no last day"


def test_amb_52_a_service_is_added_once_and_in_one_edition() -> None:
    state = begun(a_paid_customer_s_trial("T-1", Service.MEETINGS, purchased=(Service.MESSAGING,)))
    twice = EditServices.model_construct(by="hikari", add=(Service.CALLING, Service.CALLING), remove=(), site=None)
    with pytest.raises(Refused, match="add: calling is named twice"):
        state.edit_services(twice, MONDAY)
    site = MeetingSite(url="akasaka.webex.example", zone="Asia/Tokyo")
    with pytest.raises(Refused, match=r"add: .*one service in two editions \(AMB-52\)"):
        state.edit_services(EditServices(by="hikari", add=(Service.MEETINGS_ENTERPRISE,), site=site), MONDAY)
    upgrade = EditServices(by="hikari", add=(Service.MEETINGS_ENTERPRISE,), remove=(Service.MEETINGS,), site=site)
    state.edit_services(upgrade, MONDAY)
    assert state.services == (Service.MEETINGS_ENTERPRISE,)


@pytest.mark.parametrize(
    ("at", "refused", "stage"),
    [(0, None, S.CONVERTED), (20, None, S.CONVERTED), (0, "it has not shipped", S.TRIALING), (60, None, None)],
)
def test_amb_53_a_shipped_order_converts_while_it_can(at: int, refused: str | None, stage: TrialStage | None) -> None:
    state = running(days=10)
    if at:
        state.expire(MONDAY + days(11))
    if at == 60:
        state.lapse(MONDAY + days(60))
    state.paid_order_reported("SO-1", refused, MONDAY + days(at))
    if stage is S.CONVERTED:
        assert (state.stage, state.order_number, due(state)) == (S.CONVERTED, "SO-1", {})
    else:
        assert state.order_number is None
        assert state.journal.unrecorded[-1].type == "trial.paid_order_ignored"


def test_trl_77_a_policy_without_announcements_ends_grace_on_its_day() -> None:
    state = in_grace(last_call=())
    assert at_the_end(state, known(state.grace_ends_at)) is S.NUMBERS_RETAINED


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
    state = running()
    site = MeetingSite(url="akasaka.webex.example", zone="Asia/Tokyo")
    state.edit_services(EditServices(by="hikari", add=(Service.MEETINGS_ENTERPRISE,), site=site), MONDAY)
    assert state.site == site
    state.edit_services(EditServices(by="hikari", add=(Service.MESSAGING,)), MONDAY)
    assert state.site == site
    state.edit_services(EditServices(by="hikari", remove=(Service.MEETINGS_ENTERPRISE,)), MONDAY)
    assert state.site is None


def test_trl_66_the_partner_sets_up_what_the_last_look_saved() -> None:
    state = in_grace()
    state.convert_by("SO-300001", MONDAY + days(45))
    (mail,) = [mail for mail in state.mails.values() if mail.kind == TrialMail.TRIAL_SETUP]
    assert mail.to == "partner_administrator/0"


# What its mails may say. AMB-48, AMB-53.


def a_row(state: TrialState, others: Others = NOTHING_ELSE, paid_order: str | None = None) -> TrialRow:
    placed = a_trial("T-1", *state.services, users=(a_person("u@a.example"),))
    return TrialRow(state=state, placed=placed, others=others, paid_order=paid_order)


def a_mail(state: TrialState, kind: MailKind) -> PostedMail:
    to = "customer_administrator/0"
    return PostedMail(key="k", kind=kind, day=state.expires_on, occurrence="7", due_at=state.expires_at, to=to)


def in_stage(stage: TrialStage, *services: Service) -> TrialState:
    state = begun(a_trial("T-1", *services))
    state.report_services_built(services_built(*services), MONDAY)
    state.stage = stage
    return state


WARNINGS = {
    TrialMail.TRIAL_EXPIRING: S.TRIALING,
    TrialMail.TRIAL_EXPIRING_PARTNER: S.TRIALING,
    TrialMail.TRIAL_EXPIRED: S.EXPIRED_GRACE,
    TrialMail.TRIAL_EXPIRED_PARTNER: S.EXPIRED_GRACE,
    TrialMail.TRIAL_LAST_CALL: S.EXPIRED_GRACE,
}


@pytest.mark.parametrize("kind", WARNINGS)
def test_amb_48_53_a_warning_is_moot_while_an_order_names_the_trial_and_where_there_is_nothing_to_lose(
    kind: TrialMail,
) -> None:
    state = in_stage(WARNINGS[kind], Service.MEETINGS)
    mail = a_mail(state, kind)
    assert letters.wanted(a_row(state), mail)
    assert not letters.wanted(a_row(state, paid_order="SO-1"), mail)
    assert not letters.wanted(a_row(state, SUBSCRIBED), mail)


@pytest.mark.parametrize("kind", WARNINGS)
def test_amb_48_a_warning_names_the_services_that_nobody_else_gives(kind: TrialMail) -> None:
    state = in_stage(WARNINGS[kind], Service.MEETINGS, Service.CALLING)
    facts = letters.facts(a_row(state, SUBSCRIBED), a_mail(state, kind), MONDAY)
    assert facts.services == (Service.CALLING,)
    assert set(facts.losses) == {"licences_removed", "calling_configuration_removed"}
    assert facts.numbers_until == state.numbers_until
    assert letters.facts(a_row(state), a_mail(state, kind), MONDAY).services == state.services
    assert letters.facts(a_row(state, ELSEWHERE), a_mail(state, kind), MONDAY).numbers_until is None


def test_amb_48_the_users_hear_of_what_ended_whatever_others_give_by_now() -> None:
    state = lapsed(Service.MEETINGS, Service.CALLING, others=SUBSCRIBED)
    facts = letters.facts(a_row(state), a_mail(state, TrialMail.TRIAL_ACCESS_ENDED), MONDAY)
    assert (facts.services, facts.losses) == ((Service.CALLING,), state.lost)
