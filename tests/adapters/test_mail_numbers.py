"""The mails' own words know no number of a policy: what a policy changed, every mail says as changed."""

import re
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import pytest

from adapters.mail.reader import Reader
from adapters.mail.stationery import Stationery, Written
from domain.case.clocks import occurrence
from domain.case.letters import LETTERS as OF_A_CASE
from domain.case.mails import CaseMail
from domain.case.policy import CasePolicy
from domain.case.row import CaseRow
from domain.case.standing import FIRST_RESPONSE, STATUS_UPDATE
from domain.compliance.letters import LETTERS as OF_A_CHECK
from domain.compliance.mails import ComplianceMail
from domain.compliance.policy import CompliancePolicy
from domain.device.letters import LETTERS as OF_A_DEVICE
from domain.device.mails import DeviceMail
from domain.device.policy import DevicePolicy
from domain.device.row import DeviceRow, LoanParties
from domain.elements import PostedMail
from domain.letters import Letters
from domain.lifecycles import mail_kinds
from domain.mails import Letter, LetterFacts, MailKind
from domain.option.letters import LETTERS as OF_AN_OPTION
from domain.option.mails import OptionMail
from domain.option.policy import OptionPolicy
from domain.option.row import OptionRow
from domain.order.letters import LETTERS as OF_AN_ORDER
from domain.order.mails import OrderMail
from domain.order.policy import OrderPolicy
from domain.order.row import OrderRow
from domain.order.state import OrderState
from domain.sla import Cadence, Target
from domain.subscription.letters import LETTERS as OF_A_SUBSCRIPTION
from domain.subscription.mails import SubscriptionMail
from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.row import NewestOrder, SubscriptionRow
from domain.subscription.sites import SubscriptionSite
from domain.trial.letters import LETTERS as OF_A_TRIAL
from domain.trial.losses import LOSSES
from domain.trial.mails import TrialMail
from domain.trial.messages import Service
from domain.trial.policy import TrialPolicy
from domain.trial.row import TrialRow
from domain.trial.state import TrialState
from domain.values import Language, Model
from domain.wholesale.letters import LETTERS as OF_A_CUSTOMER
from domain.wholesale.mails import WholesaleMail
from domain.wholesale.policy import WholesalePolicy
from domain.wholesale.row import WholesaleRow
from tests import cases, compliance, options, wholesale
from tests.adapters.test_mail_letters import LINKS
from tests.domain.test_device import a_loan
from tests.domain.test_subscription import a_subscription
from tests.makers import MONDAY, a_form, a_graduation, a_person, a_renewal, a_trial, an_order, built, days, some
from tests.support.one_item import in_one_item

DEVICES = DevicePolicy(return_within=days(37), reminders=(days(11), days(13)))
TRIAL = TrialPolicy(
    consent_window=days(17),
    length=days(47),
    warnings=(days(11), days(13)),
    grace=days(41),
    last_call=(days(19), days(2)),
    numbers_kept=days(23),
    longest_extension=days(53),
    devices=DEVICES,
)
SUBSCRIPTION = SubscriptionPolicy(renewal_notices=(days(71), days(43)), renewal_target=days(29))
ORDER = OrderPolicy(
    hold_overdue=11,
    build_guide=13,
    password_link_life=timedelta(hours=59),
    graduation_reminders=(days(17), days(31)),
    graduation_due=days(37),
    renewal_target=days(29),
    subscription=SUBSCRIPTION,
)
OPTION = OptionPolicy(expected_within=days(19))
CASE = CasePolicy(
    first_response=Target(warn_after=timedelta(hours=11), breach_after=timedelta(hours=13)),
    identification=Target(warn_after=timedelta(hours=17), breach_after=timedelta(hours=19)),
    updates=Cadence(first_after=timedelta(hours=31), every=timedelta(hours=29), warn_before=timedelta(hours=11)),
    goal=Target(warn_after=timedelta(hours=37), breach_after=timedelta(hours=41)),
    close_after=days(23),
)
COMPLIANCE = CompliancePolicy(
    review_within=timedelta(minutes=47),
    contacts=(days(0), days(4), days(11), days(13)),
    answer_within=days(17),
    resolve_within=days(41),
    last_call=(days(19), days(2)),
    team=compliance.TEAM,
)
WHOLESALE = WholesalePolicy(provisioned_within=timedelta(hours=37), compliance=COMPLIANCE)
UNUSUAL: tuple[Model, ...] = (DEVICES, TRIAL, SUBSCRIPTION, ORDER, OPTION, CASE, COMPLIANCE, WHOLESALE)
USUAL = (5, 7, 10, 14, 15, 30, 60, 72, 90)
WEEKS = re.compile(
    r"\b(two|seven|ten|thirty|weeks?|fortnight|semaines?|quinzaine)\b|週間|주일|주간|이틀", re.IGNORECASE
)
LETTERS: dict[type[MailKind], Letters[Any]] = {
    CaseMail: OF_A_CASE,
    ComplianceMail: OF_A_CHECK,
    DeviceMail: OF_A_DEVICE,
    OptionMail: OF_AN_OPTION,
    OrderMail: OF_AN_ORDER,
    SubscriptionMail: OF_A_SUBSCRIPTION,
    TrialMail: OF_A_TRIAL,
    WholesaleMail: OF_A_CUSTOMER,
}
LATER = MONDAY + timedelta(hours=1)
OCCURRENCES: dict[MailKind, str] = {
    **dict.fromkeys((CaseMail.CASE_QUESTION, CaseMail.CASE_UPDATE, CaseMail.CASE_RESOLVED), "1"),
    **dict.fromkeys((CaseMail.SLA_WARNING, CaseMail.SLA_BREACH), occurrence(FIRST_RESPONSE, LATER)),
    CaseMail.STATUS_WANTED: occurrence(STATUS_UPDATE, LATER),
    ComplianceMail.COMPLIANCE_CONTACT: "4",
}
"""Which of several of a kind, as the case posts it."""


@cache
def rows() -> dict[type[MailKind], Model]:
    """One of each lifecycle, under a policy of which no number is usual."""
    placed = an_order(policy=ORDER)
    start = a_trial("T-A", Service.MEETINGS, Service.CALLING, policy=TRIAL)
    parties = LoanParties(customer_company="Akasaka", facing_partner="Hikari", administrator_email="a@akasaka.example")
    site = SubscriptionSite(url="a.example", named_users=5)
    newest = NewestOrder(number="SO-A", customer_company="Akasaka", facing_partner="Hikari", sites=(site,))
    trial = TrialState.placed(start, MONDAY).model_copy(
        update={"expires_on": date(2026, 7, 2), "lost": tuple(LOSSES), "ended": start.services}
    )
    request, opening = options.a_request(policy=OPTION), cases.an_opening(policy=CASE)
    check = compliance.contacted(policy=COMPLIANCE)
    check.screening = compliance.found(compliance.a_match(score=98))
    said = {"question/1": {"question": "?"}, "status/1": {"status": "!"}, "solution/1": {"solution": "!"}}
    return {
        ComplianceMail: compliance.row_of(check),
        CaseMail: CaseRow(state=cases.a_case(policy=CASE), placed=opening, forms=said),
        OptionMail: OptionRow(state=options.opened(request), placed=request),
        DeviceMail: DeviceRow(state=a_loan(policy=DEVICES), parties=parties),
        OrderMail: OrderRow(
            state=OrderState.placed(placed, MONDAY),
            placed=placed,
            provisioning_form=a_form(),
            graduation_form=a_graduation(),
            access=built(),
        ),
        SubscriptionMail: SubscriptionRow(state=a_subscription(policy=SUBSCRIPTION), newest=newest),
        TrialMail: TrialRow(state=trial, placed=start),
        WholesaleMail: WholesaleRow(state=wholesale.deprovisioned(), placed=wholesale.an_onboarding(policy=WHOLESALE)),
    }


def facts_of(kind: MailKind) -> LetterFacts:
    """What the lifecycle says for this mail, an hour after everything began."""
    if kind == DeviceMail.RMA_LOOKUP:
        return facts_of(DeviceMail.DEVICE_RETURN)
    which = OCCURRENCES.get(kind, "")
    mail = PostedMail(key=f"key/{kind}", kind=kind, due_at=LATER, occurrence=which)
    facts: LetterFacts = LETTERS[type(kind)].facts(rows()[type(kind)], mail, LATER)
    lacking = {
        "shipped_at": LATER,
        "terms_wanted": ("port", "audio"),
        "reason": "no",
        "rejection": "no",
        "renewal_date": date(2027, 6, 1),
    }
    return facts.model_copy(update={name: fact for name, fact in lacking.items() if not getattr(facts, name, True)})


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Stationery:
    """Dates have numbers of their own: here they are left out."""
    for name in ("when", "at", "day", "brief_day"):
        monkeypatch.setattr(Reader, name, lambda _reader, moment: "…" if moment else pytest.fail("no date"))
    return Stationery(LINKS, "Desk")


def numbers_in(letter: Written) -> list[int]:
    """Those that stand by themselves in what people read; not those of steps, names, addresses and hours."""
    text = letter.text.partition("\n-----")[0]
    words = re.sub(r"^  \d\. |https?://\S+", "", f"{letter.subject}\n{text}", flags=re.MULTILINE)
    return [int(number) for number in re.findall(r"(?<![\w.+-])\d+(?!\d|-|[\w.]*[a-z])", words, re.ASCII)]


@pytest.mark.parametrize("policy", UNUSUAL, ids=lambda policy: type(policy).__name__)
def test_no_number_of_these_policies_is_the_usual_one(policy: Model) -> None:
    usual = type(policy)()
    for field in some(type(policy).model_fields):
        value = getattr(policy, field)
        if isinstance(value, (int, timedelta, tuple)) and not isinstance(value, (bool, str, Enum)):
            assert value != getattr(usual, field), field


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", mail_kinds())
def test_no_mail_says_a_usual_number_under_an_unusual_policy(
    kind: MailKind, language: Language, written: Stationery
) -> None:
    letter = written.write(Letter(kind=kind, to=a_person(language=language), facts=facts_of(kind)))
    assert [number for number in numbers_in(letter) if number in USUAL] == []
    assert not WEEKS.search(letter.text.replace("two steps", ""))


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (OrderMail.PROVISIONING_COPY, 13),
        (OrderMail.WELCOME, 59),
        (SubscriptionMail.RENEWAL_NOTICE, 29),
        (TrialMail.TRIAL_EXPIRED, 41),
        (TrialMail.TRIAL_EXPIRED_PARTNER, 41),
        (ComplianceMail.COMPLIANCE_LAST_CALL, 41),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_what_the_policy_says_is_what_is_said(
    kind: MailKind, number: int, language: Language, written: Stationery
) -> None:
    letter = written.write(Letter(kind=kind, to=a_person(language=language), facts=facts_of(kind)))
    assert number in numbers_in(letter)


@pytest.mark.parametrize("language", Language)
def test_a_renewal_is_asked_for_its_form_as_early_as_its_policy_says(language: Language, written: Stationery) -> None:
    placed = a_renewal(policy=ORDER)
    facts = facts_of(OrderMail.CONFIRMATION).model_copy(
        update={"order_kind": placed.kind, "renewal_date": date(2027, 6, 1)}
    )
    letter = written.write(Letter(kind=OrderMail.CONFIRMATION, to=a_person(language=language), facts=facts))
    assert 29 in numbers_in(letter)


def test_this_test_finds_a_number_that_stands_in_a_mails_own_words() -> None:
    text = "Steps\n  7. Open it\nwithin 72 hours, 14日前, 30\u00a0jours; SO-15, Tier-1, https://a.example/90 by 10"
    assert numbers_in(Written(subject="5 days", text=text, html="")) == [5, 72, 14, 30, 10]


def test_every_kind_of_mail_is_written_here() -> None:
    assert {type(kind) for kind in mail_kinds()} == set(rows())
    assert isinstance(LATER, datetime)
