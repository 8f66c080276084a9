"""Which mails there are, while what they are sent, and to whom never. ORD-23, C20."""

from datetime import timedelta
from itertools import combinations, product

import pytest

from domain.device.letters import LETTERS as OF_A_DEVICE
from domain.device.mails import DeviceMail
from domain.device.row import DeviceRow, LoanParties
from domain.lifecycle import PostedMail
from domain.lifecycles import KINDS, mail_kinds
from domain.mails import MailKind, Role
from domain.order.facts import OrderFacts
from domain.order.letters import LETTERS as OF_AN_ORDER
from domain.order.mails import OrderMail
from domain.order.messages import AcceptTerms, Offering, Terms
from domain.order.row import OrderRow
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.policy import HOUR
from domain.subscription.letters import LETTERS as OF_A_SUBSCRIPTION
from domain.subscription.mails import SubscriptionMail
from domain.subscription.row import NewestOrder, SubscriptionRow
from domain.subscription.sites import SubscriptionSite
from domain.subscription.states import SubscriptionStage, SuspensionReason
from domain.trial.grace import LAST_CALL
from domain.trial.letters import LETTERS as OF_A_TRIAL
from domain.trial.mails import TrialMail
from domain.trial.policy import GraceAccess, TrialPolicy
from domain.trial.row import TrialRow
from domain.trial.state import TrialState
from domain.values import Refused
from tests.domain.test_device import a_loan
from tests.domain.test_subscription import a_subscription
from tests.makers import (
    MONDAY,
    a_form,
    a_graduation,
    a_partner,
    a_person,
    a_trial,
    an_order,
    days,
    known,
    services_built,
)


def a_mail(kind: MailKind, occurrence: str = "", **more: object) -> PostedMail:
    return PostedMail.model_validate({"key": f"key/{kind}", "kind": kind, "occurrence": occurrence} | more)


def an_order_row(stage: Stage = Stage.HELD) -> OrderRow:
    partner = a_partner("tier2", contact=a_person("Rin@tier2.example"))
    placed = an_order("SO-100001", Offering.PORT, Offering.AUDIO_COMMIT, reselling_partner=partner)
    state = OrderState.placed(placed, MONDAY).model_copy(update={"stage": stage})
    return OrderRow(
        state=state,
        placed=placed,
        provisioning_form=a_form(partner_email="form@hikari.example"),
        graduation_form=a_graduation(),
    )


def test_every_mail_has_a_rule_and_a_template_name_of_its_own() -> None:
    kinds = mail_kinds()
    assert len({str(kind) for kind in kinds}) == len(kinds) == 48
    assert all(kind.rule for kind in kinds)
    assert [kind for kind in KINDS.values() if not list(kind.state.mail_kinds)] == []


# The Welcome. ORD-20, ORD-23, AMB-56.


def test_ord_23_the_welcome_is_read_by_the_site_administrator() -> None:
    assert OrderMail.WELCOME.reader == Role.SITE_ADMINISTRATOR
    assert OrderState.reader_of(a_mail(OrderMail.WELCOME)) == "site_administrator"


@pytest.mark.parametrize(
    "address",
    ["first@hikari.example", "FIRST@hikari.example", "rin@tier2.example", "form@hikari.example", "Form@Hikari.example"],
)
def test_ord_23_no_partner_s_address_ever_gets_the_welcome(address: str) -> None:
    row = an_order_row()
    partner = a_partner(contact=a_person("first@hikari.example"))
    row = row.model_copy(update={"placed": row.placed.model_copy(update={"ordering_partner": partner})})
    reader = a_person(address)
    with pytest.raises(Refused, match="ORD-23"):
        OF_AN_ORDER.check_reader(row, a_mail(OrderMail.WELCOME), reader)
    OF_AN_ORDER.check_reader(row, a_mail(OrderMail.CONFIRMATION), reader)
    OF_AN_ORDER.check_reader(row, a_mail(OrderMail.WELCOME), a_person("admin@akasaka.example"))


# While what they are sent. C20.

WHILE = {
    OrderMail.TERMS_WANTED: {Stage.HELD},
    OrderMail.HOLD_OVERDUE: {Stage.HELD},
    OrderMail.RENEWAL_LATE: {Stage.HELD, Stage.AWAITING_DETAILS},
    OrderMail.BUILD_LATE: {Stage.PROVISIONING},
    OrderMail.GRADUATION_REMINDER: {Stage.SERVICE_READY},
}
ALWAYS = set(OrderMail) - set(WHILE)


@pytest.mark.parametrize("kind", OrderMail)
def test_an_order_s_reminders_and_alerts_go_out_only_while_their_reason_lasts(kind: OrderMail) -> None:
    wanted = {stage for stage in Stage if OF_AN_ORDER.wanted(an_order_row(stage), a_mail(kind))}
    assert wanted == (set(Stage) if kind in ALWAYS else WHILE[kind])


def test_nobody_is_asked_for_terms_that_were_accepted_before_the_mail_was_written() -> None:
    """ORD-08, ORD-09: while one of two is missing the mail goes out; with both accepted there is nothing to ask for,
    though the order is held still. Found by sending `accept_terms` right after the start."""
    row = an_order_row()
    for terms, left in ((Terms.PORT, True), (Terms.AUDIO, False)):
        row.state.accept_terms(AcceptTerms(by="customer-1", terms=terms), MONDAY)
        assert row.state.stage is Stage.HELD
        assert OF_AN_ORDER.wanted(row, a_mail(OrderMail.TERMS_WANTED)) is left


REASONS = [frozenset(some) for size in range(4) for some in combinations(SuspensionReason, size)]
"""Every set of reasons to be suspended; none: it is active."""


@pytest.mark.parametrize(("kind", "reasons"), list(product(SubscriptionMail, REASONS)))
def test_a_subscription_s_mails_go_out_only_in_the_term_they_speak_of(
    kind: SubscriptionMail, reasons: frozenset[SuspensionReason]
) -> None:
    """REN-07, REN-08; who is suspended for another reason is asked to renew all the same. AMB-42."""
    stage = SubscriptionStage.SUSPENDED if reasons else SubscriptionStage.ACTIVE
    state = a_subscription().model_copy(update={"stage": stage, "suspended_for": set(reasons)})
    here = a_mail(kind, f"{state.renewal_date}/30", day=state.renewal_date)
    suspends = kind == SubscriptionMail.SUBSCRIPTION_SUSPENDED
    wanted = (SuspensionReason.RENEWAL_INCOMPLETE in reasons) is suspends
    assert OF_A_SUBSCRIPTION.wanted(SubscriptionRow(state=state), here) is wanted
    before = state.renewal_date - days(365)
    assert not OF_A_SUBSCRIPTION.wanted(SubscriptionRow(state=state), a_mail(kind, f"{before}/30", day=before))
    renewed = state.model_copy(update={"renewal_order": "SO-2"})
    assert OF_A_SUBSCRIPTION.wanted(SubscriptionRow(state=renewed), here) is (suspends and wanted)
    ended = state.model_copy(update={"stage": SubscriptionStage.TERMINATED})
    assert not OF_A_SUBSCRIPTION.wanted(SubscriptionRow(state=ended), here)


# Facts.


def test_each_form_s_copy_has_its_own_form_and_no_other_mail_has_one() -> None:
    row = an_order_row()
    forms = {kind: OF_AN_ORDER.facts(row, a_mail(kind), MONDAY) for kind in OrderMail}
    assert {kind: facts.form for kind, facts in forms.items() if isinstance(facts, OrderFacts) and facts.form} == {
        OrderMail.PROVISIONING_COPY: row.provisioning_form,
        OrderMail.GRADUATION_COPY: row.graduation_form,
    }


@pytest.mark.parametrize(("life", "hours"), [(72 * HOUR, 72), (HOUR, 1), (1.5 * HOUR, None), (HOUR / 2, None)])
def test_ord_22_a_password_link_s_life_is_counted_in_hours_only_if_they_are_whole(
    life: timedelta, hours: int | None
) -> None:
    row = an_order_row()
    terms = row.state.policy.model_copy(update={"password_link_life": life})
    row = row.model_copy(update={"state": row.state.model_copy(update={"policy": terms})})
    facts = OF_AN_ORDER.facts(row, a_mail(OrderMail.WELCOME), MONDAY)
    assert isinstance(facts, OrderFacts)
    assert (facts.link_hours, facts.link_void_at) == (hours, MONDAY + life)


def test_only_the_confirmation_has_a_document() -> None:
    with_document = [mail for kind in KINDS.values() for mail in kind.letters.with_document]
    assert with_document == [OrderMail.CONFIRMATION]


def test_amb_59_a_subscription_s_mails_speak_of_its_newest_order_or_are_not_written() -> None:
    state = a_subscription()
    mail = a_mail(SubscriptionMail.RENEWAL_NOTICE)
    with pytest.raises(Refused, match="no order of subscription sub-1 is known here"):
        OF_A_SUBSCRIPTION.facts(SubscriptionRow(state=state), mail, MONDAY)
    site = SubscriptionSite(url="a.example", named_users=5)
    newest = NewestOrder(number="SO-9", customer_company="Akasaka", facing_partner="Hikari", sites=(site,))
    facts = OF_A_SUBSCRIPTION.facts(SubscriptionRow(state=state, newest=newest), mail, MONDAY)
    assert (facts.customer_company, facts.filed_under) == ("Akasaka", "SO-9")


def a_trial_in_grace(**policy: object) -> TrialRow:
    """Its last calls are due a week and a day before the end of grace."""
    start = a_trial(policy=TrialPolicy.model_validate(policy))
    state = TrialState.placed(start, MONDAY)
    state.begin(MONDAY)
    state.report_services_built(services_built(), MONDAY)
    state.expire(known(state.expires_at))
    return TrialRow(state=state, placed=start)


def test_trl_78_a_last_call_knows_whether_another_one_follows() -> None:
    row = a_trial_in_grace()
    first, last = (due.at for due in row.state.agenda.pending if due.kind == LAST_CALL)
    calls = [a_mail(TrialMail.TRIAL_LAST_CALL, due_at=row.state.grace_ends_at)] * 2
    told = [OF_A_TRIAL.facts(row, mail, now) for mail, now in zip(calls, (first, last), strict=True)]
    assert [dict(facts)["next_call_at"] for facts in told] == [last, None]


@pytest.mark.parametrize("access", GraceAccess)
def test_amb_14_access_ended_with_grace_or_as_early_as_e(access: GraceAccess) -> None:
    row = a_trial_in_grace(grace_access=access)
    facts = OF_A_TRIAL.facts(row, a_mail(TrialMail.TRIAL_ACCESS_ENDED), known(row.state.grace_ends_at))
    ended = row.state.grace_ends_at if access is GraceAccess.FULL else row.state.expires_at
    assert dict(facts)["access_ended_at"] == known(ended)


@pytest.mark.parametrize(("country", "carrier"), [("US", "UPS"), ("JP", None)])
def test_amb_16_where_nobody_is_fixed_there_is_no_carrier(country: str, carrier: str | None) -> None:
    parties = LoanParties(customer_company="Akasaka", facing_partner="Hikari", administrator_email="a@b.example")
    row = DeviceRow(state=a_loan(country=country), parties=parties)
    assert dict(OF_A_DEVICE.facts(row, a_mail(DeviceMail.DEVICE_RETURN), MONDAY))["carrier"] == carrier


def test_trl_95_the_trials_team_is_in_the_policy_of_the_loan() -> None:
    row = DeviceRow(state=a_loan())
    team = OF_A_DEVICE.reader(row, a_mail(DeviceMail.RMA_LOOKUP))
    assert team is not None
    assert team.email == row.state.policy.trials_team
    assert OF_A_DEVICE.reader(row, a_mail(DeviceMail.DEVICE_RETURN, to="customer_administrator/0")) is None
