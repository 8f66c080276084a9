"""One subscription: its term, its renewal date, what suspends it. domain.md §3. Pure."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from domain.deadlines import Agenda, Deadline
from domain.events import TaskKind
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.reasons import Reason
from domain.subscription.mails import SubscriptionMail
from domain.subscription.messages import (
    UPDATES,
    ConfirmRenewal,
    RenewalFacts,
    RenewalNews,
    RenewalStep,
    StartSubscription,
    TerminateSubscription,
)
from domain.subscription.site_state import not_carried_out
from domain.subscription.states import TABLE, SubscriptionEvent, SubscriptionStage, SuspensionReason
from domain.subscription.suspension import SuspendableSubscription
from domain.terms import continues
from domain.values import Refused, in_days
from domain.working_time import ZoneRules, add_months, at_local_time, end_of_day, local_day

NOTICES = "renewal_notices"
"""The ladder of renewal notices."""

NOTICE = "renewal_notice"
TARGET = "renewal_target"
RENEWAL_DATE = "renewal_date"


def verification_of(order: str) -> str:
    """The key of the task to check a renewal with the vendor. REN-10."""
    return f"verify/{order}"


class SubscriptionState(SuspendableSubscription):
    """Where one subscription stands; decides what is allowed and remembers what happened. No personal data."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.SUBSCRIPTION
    mail_kinds: ClassVar = SubscriptionMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({TARGET})
    courtesies: ClassVar[frozenset[str]] = frozenset({NOTICES})

    @classmethod
    def started(cls, start: StartSubscription, now: datetime, rules: ZoneRules | None = None) -> Self:
        """Active from the moment the site was built; `rules` are those of the customer's zone. ORD-21, AMB-3."""
        first_day = local_day(start.service_start_at, rules or start.zone)
        state = cls(
            subscription_id=start.subscription_id,
            customer_id=start.customer_id,
            partner_id=start.partner_id,
            zone=start.zone,
            zone_rules=rules,
            first_day=first_day,
            begins_on=first_day,
            months=start.term_months,
            policy=start.policy,
            sites=start.sites,
        )
        state.journal.note(
            "subscription.activated", now, start, order=start.order_number, renewal_date=state.renewal_date
        )
        state._arm_term()
        return state

    def started_again(self, start: StartSubscription, now: datetime) -> None:
        """Temporal had lost it, the store had not: it goes on as it stood, and tries anew what kept failing. R9."""
        self.failing = {}
        self.journal.note("subscription.started_again", now, start, was=self.stage)

    @property
    def subject(self) -> str:
        return self.subscription_id

    @property
    def also_needs(self) -> dict[str, bool]:
        """See base class."""
        own = {"confirm_renewal": bool(self.unverified), "terminate": self.renewal_order is None}
        return {**super().also_needs, **own}

    @property
    def reminded(self) -> bool:
        """Was a notice of this term sent, or overtaken by a later one?"""
        return any(self._notice(before).name in self.agenda.done for before in self.policy.renewal_notices)

    @property
    def attention(self) -> bool:
        return super().attention or self.stage is SubscriptionStage.SUSPENDED

    @property
    def renewal_date(self) -> date:
        """The local day by whose end the renewal must be complete. REN-08."""
        return add_months(self.first_day, self.months)

    def continued_until(self, months: int) -> date:
        """The renewal date after so many months more, counted from this one."""
        return add_months(self.first_day, self.months + months)

    @property
    def suspends_at(self) -> datetime:
        """The end of the renewal date in the customer's zone (UTC). REN-08, AMB-39."""
        return self.end_of(self.renewal_date)

    @property
    def unverified(self) -> tuple[str, ...]:
        """Renewal orders the partner has not checked with the vendor yet. REN-10."""
        tasks = {task.key for task in self.journal.tasks if task.closed_at is None}
        return tuple(order for order in self.renewals if verification_of(order) in tasks)

    def renewal_reported(self, news: RenewalNews, facts: RenewalFacts, now: datetime) -> None:
        """A renewal order reports. A second report of the same changes nothing; what is not so, or comes after the end,
        is noted."""
        order = news.order_number
        if why := facts.untrue or (f"the subscription is {self.stage}" if self.closed else None):
            self.journal.note("subscription.report_ignored", now, order=order, step=news.step, why=why)
            return
        match news.step:
            case RenewalStep.PLACED:
                self._renewal_placed(order, facts, now)
            case RenewalStep.WITHDRAWN:
                self._renewal_withdrawn(order, now)
            case RenewalStep.COMPLETED:
                self._renewed(order, facts, now)

    def _renewal_placed(self, order: str, facts: RenewalFacts, now: datetime) -> None:
        if order in self.renewals or self.renewal_order == order:
            return
        self.renewal_order, self.renewal_months = order, facts.term_months
        self.agenda.disarm_ladder(NOTICES)
        self.agenda.disarm(TARGET)
        self.journal.note("subscription.renewal_placed", now, order=order)

    def _renewal_withdrawn(self, order: str, now: datetime) -> None:
        if self.renewal_order != order:
            return
        self.renewal_order = self.renewal_months = None
        self.journal.note("subscription.renewal_withdrawn", now, order=order)
        self._arm_campaign()

    def _renewed(self, order: str, facts: RenewalFacts, now: datetime) -> None:
        if order in self.renewals:
            return
        self.renewals.append(order)
        if self.renewal_order == order:
            self.renewal_order = self.renewal_months = None
        self.zone_rules = facts.zone_rules or self.zone_rules
        self._begin_term(facts, now)
        self._take_sites(facts.sites, now)
        lasting = {not_carried_out(request) for request in self.options}
        self.jeopardy = [what for what in self.jeopardy if what in lasting]
        self.journal.note(
            "subscription.renewed", now, order=order, begins_on=self.begins_on, renewal_date=self.renewal_date
        )
        self._hand_over_to(facts.partner_id, now)
        self._have_verified(order, now)
        self._lift(SuspensionReason.RENEWAL_INCOMPLETE, now)
        self._arm_term()

    def _begin_term(self, facts: RenewalFacts, now: datetime) -> None:
        """From the renewal date on; if it would be over by now, from the day of completion on. AMB-54."""
        if continues(self.continued_until(facts.term_months), now, self.rules):
            self.begins_on, self.months = self.renewal_date, self.months + facts.term_months
        else:
            self.begins_on = self.first_day = local_day(facts.completed_at or now, self.rules)
            self.months = facts.term_months
        self.term += 1

    def _hand_over_to(self, partner_id: str, now: datetime) -> None:
        """Who sold the term faces the customer; what the one before had still to do is theirs now. AMB-59."""
        if partner_id == self.partner_id:
            return
        self.journal.note("subscription.partner_changed", now, was=self.partner_id, partner=partner_id)
        self.partner_id = partner_id
        for order in self.unverified:
            self.journal.close_task(verification_of(order), now)
            self._have_verified(order, now)

    def _have_verified(self, order: str, now: datetime) -> None:
        self.journal.open_task(verification_of(order), TaskKind.VERIFY_RENEWAL, self.partner_id, now)

    def forget_what_is_settled(self) -> None:
        """Between two runs, while nothing is under way: the store keeps it all, and what travels stays small."""
        self.mails = {mail.key: mail for mail in self.mails_in(MailState.PENDING, MailState.UNKNOWN)}
        self.journal.tasks = [task for task in self.journal.tasks if task.closed_at is None]

    def confirm_renewal(self, message: ConfirmRenewal, now: datetime) -> None:
        """The partner verified the renewal with the vendor. REN-10."""
        self.check_confirm_renewal(message, now)
        self.journal.close_task(verification_of(message.order_number), now)
        self.journal.note("subscription.renewal_verified", now, message, order=message.order_number)

    def check_confirm_renewal(self, message: ConfirmRenewal, _now: datetime) -> None:
        """That renewal is not verified yet."""
        task = self.journal.task(verification_of(message.order_number))
        if task is None:
            raise Refused("no renewal by that order is known here (REN-10)", field="order_number", code=Reason.UNKNOWN)
        if task.closed_at is not None:
            raise Refused(
                f"already verified on {task.closed_at:%Y-%m-%d %H:%M} UTC (REN-10)",
                field="order_number",
                code=Reason.ALREADY_DONE,
            )

    def terminate(self, message: TerminateSubscription, now: datetime) -> None:
        """The end; nothing is due any more."""
        self.check_terminate(message, now)
        self.stage = TABLE.after(self.stage, SubscriptionEvent.TERMINATED)
        self.agenda.disarm_all()
        self.journal.note(SubscriptionEvent.TERMINATED, now, message)

    def check_terminate(self, _message: TerminateSubscription, _now: datetime) -> None:
        """No renewal order is under way."""
        self.check_stage("terminate")
        if self.renewal_order:
            raise Refused(
                f"cannot terminate: renewal order {self.renewal_order} is under way; cancel it first",
                code=Reason.WRONG_STAGE,
            )

    def _arm_term(self) -> None:
        self.agenda = Agenda()
        self.agenda.arm(Deadline(kind=RENEWAL_DATE, at=self.suspends_at, label="Renewal date: suspend if not renewed"))
        self._arm_campaign()

    def _arm_campaign(self) -> None:
        """Notices and target; none while a renewal is under way, and none that would lie before the term. AMB-55.

        Also while it is suspended for another reason: who has not paid yet is asked to renew all the same. AMB-42."""
        if self.renewal_missed or self.renewal_order:
            return
        for before in self.policy.renewal_notices:
            if self._is_in_the_term(before):
                self.agenda.arm(self._notice(before))
        if self._is_in_the_term(self.policy.renewal_target):
            target = end_of_day(self.renewal_date - self.policy.renewal_target, self.rules)
            self.agenda.arm(Deadline(kind=TARGET, at=target, label="Renewal target: alert if no renewal order"))

    def _is_in_the_term(self, before: timedelta) -> bool:
        """After the day it begins on: who has just bought it is not asked on that day to buy the next."""
        return self.renewal_date - before > self.begins_on

    def _notice(self, before: timedelta) -> Deadline:
        at = at_local_time(self.renewal_date - before, self.policy.notices_at, self.rules)
        return Deadline(
            kind=NOTICE,
            days=before.days,
            at=at,
            ladder=NOTICES,
            label=f"Renewal notice, {in_days(before)} before",
        )
