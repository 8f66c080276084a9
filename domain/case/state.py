"""One support case: what is allowed now, what happens. domain.md §8, §10.4. Pure, no personal data."""

from datetime import datetime
from typing import Any, Final, Self

from domain.case.classification import LookedUp, Severity, is_unidentified, severity_of, why
from domain.case.clocks import CaseClocks
from domain.case.mails import CaseMail
from domain.case.messages import (
    FIELD_IN,
    AskPartner,
    Assign,
    ChangePolicy,
    ChangeService,
    Close,
    Identify,
    OpenCase,
    PartnerAnswered,
    PartnerWrote,
    PostStatus,
    Reopen,
    Resolve,
    Respond,
    SetMainEmail,
)
from domain.case.standing import (
    CANNOT,
    CLOSES,
    FIRST_RESPONSE,
    GOAL,
    IDENTIFICATION,
    PARTNER_WROTE,
    STATUS_UPDATE,
    STATUSES_KEPT,
)
from domain.case.states import UNRESOLVED, CaseEvent
from domain.deadlines import Deadline
from domain.reasons import Reason
from domain.sla import ServiceTime
from domain.transitions import TransitionRefused
from domain.values import Message, Refused
from domain.working_time import ZoneRules, in_utc

OWED: Final = "the partner owes an answer"
SOLVED: Final = "it was resolved"


class CaseState(CaseClocks):
    """Where one case stands. Every method that changes it checks first and then changes it in one step."""

    @classmethod
    def received(cls, start: OpenCase, now: datetime) -> Self:
        """It is there; whose account it is, the registry will say. SUP-07, SUP-40."""
        hours = start.policy.hours
        state = cls(
            case_id=start.case_id,
            channel=start.channel,
            came_through=start.came_through,
            partner_id=start.partner_id,
            service=start.service,
            organization_id=start.organization_id,
            identifiers_given=any((start.organization_id, start.customer_email, start.zuid)),
            main_email_given=start.main_email is not None,
            zone=hours.zone if hours else start.partner_contact.zone,
            policy=start.policy,
            received_at=in_utc(start.received_at or now),
        )
        state._note("received", now, start, channel=start.channel, received_at=state.received_at)
        return state

    def check_received_at(self, now: datetime) -> None:
        """Raises Refused for a case that was received in the future of its start: its clocks would be guesses."""
        if self.received_at > now:
            raise Refused(
                f"must not lie in the future; the case was started at {now:%Y-%m-%d %H:%M} UTC",
                field="received_at",
                code=Reason.WRONG_DATE,
            )

    # Whose account it is, and how bad.

    def classify(self, found: LookedUp, time: ServiceTime, now: datetime) -> None:
        """At once and by itself, as it opens; the partner is told that it is there, and asked what is missing.
        SUP-10 to SUP-15, M-30."""
        self.service_time = time
        self._classify(found, now)
        self.post(CaseMail.CASE_ACKNOWLEDGED)
        if is_unidentified(found, main_email_given=self.main_email_given):
            self.identifier_wanted = True
            self._move(CaseEvent.INFORMATION_REQUIRED, now, why="nobody knows whose account it is (AMB-33)")
            self.post(CaseMail.CASE_IDENTIFIER_WANTED)
        elif self.channel in FIELD_IN and not self.main_email_given:
            self.post(CaseMail.CASE_FIELD_EXPLAINED)

    def _classify(self, found: LookedUp, now: datetime, message: Message | None = None) -> None:
        """The severity follows from what is known; clocks start, from receipt, or end with it. SUP-13, AMB-36."""
        before, self.found, self.classified_at = self.severity, found, now
        self.severity = severity_of(found, main_email_given=self.main_email_given)
        self.priority_customer = self.critical
        reason = why(found, main_email_given=self.main_email_given)
        self._note("classified", now, message, severity=self.severity, account=found.account_id, why=reason)
        if self.critical and before is not Severity.S1_CRITICAL:
            self._start_clocks(now, message)
        elif not self.critical and before is Severity.S1_CRITICAL:
            self._turn(now, lambda clock: clock.cancel(now, reason, self.service_time), message)

    def check_set_main_email(self, _message: SetMainEmail, _now: datetime) -> None:
        """While somebody works on it."""
        self._check_unresolved("set_main_email")

    def set_main_email(self, message: SetMainEmail, now: datetime, found: LookedUp | None = None) -> None:
        """The flag is ticked and the severity raised by itself. An address that leads to no account takes none away.
        SUP-13."""
        self.check_set_main_email(message, now)
        found = found or self.found
        if found.account_id is None and self.found.account_id is not None:
            raise Refused(
                f"leads to no account, and the case is about account {self.found.account_id} (SUP-13)",
                field="main_email",
                code=Reason.DOES_NOT_FIT,
            )
        self.main_email_given = True
        self._note("main_email_set", now, message, account=found.account_id)
        if self.identifier_wanted:
            self.identifier_wanted = False
            self._move(CaseEvent.ACCOUNT_NAMED, now, message)
            if self.responded_at is not None:
                self._move(CaseEvent.TAKEN_UP, now)
        self._classify(found, now, message)

    def check_change_service(self, message: ChangeService, _now: datetime) -> None:
        """While somebody works on it, and to another one."""
        self._check_unresolved("change_service")
        if message.service == self.service:
            raise Refused("is the service of this case already", field="service", code=Reason.NOT_NEEDED)

    def change_service(self, message: ChangeService, now: datetime, found: LookedUp | None = None) -> None:
        """Whether it is covered decides anew. SUP-04, SUP-05."""
        self.check_change_service(message, now)
        was, self.service = self.service, message.service
        self._note("service_changed", now, message, was=was, service=message.service)
        found = found or self.found
        self._classify(found.model_copy(update={"contradicting": self.found.contradicting}), now, message)

    def _check_unresolved(self, update: str) -> None:
        if not self.unresolved:
            possible = " or ".join(UNRESOLVED)
            hint = "" if self.closed else f"; this is possible while it is {possible}"
            raise TransitionRefused(f"cannot {CANNOT[update]}: the case is {self.stage}{hint}")

    # Work on it.

    def respond(self, message: Respond, now: datetime) -> None:
        """The first answer of a person counts. SUP-20."""
        self.check_stage("respond")
        self._move(CaseEvent.RESPONDED, now, message)
        self._answered(now, message, "an agent answered")

    def _answered(self, now: datetime, message: Message, how: str) -> None:
        self.responded_at = self.responded_at or now
        self._turn(now, lambda clock: clock.meet(now, self.service_time, how), message, [FIRST_RESPONSE])

    def identify(self, message: Identify, now: datetime) -> None:
        """What the problem is, is known; the first time counts. SUP-20."""
        self.check_stage("identify")
        self._count("problem")
        self._move(CaseEvent.IDENTIFIED, now, message)
        self._is_identified(now, message, "the problem is identified")

    def _is_identified(self, now: datetime, message: Message, how: str) -> None:
        self.identified_at = self.identified_at or now
        self._turn(now, lambda clock: clock.meet(now, self.service_time, how), message, [IDENTIFICATION])

    def ask_partner(self, message: AskPartner, now: datetime) -> None:
        """An agent's question is an answer, too; all clocks that run still wait for the partner's. SUP-20, SUP-21."""
        self.check_stage("ask_partner")
        self._move(CaseEvent.PARTNER_ASKED, now, message)
        self._answered(now, message, "an agent asked the partner")
        self._wait(now, OWED)
        self._tell_partner(CaseMail.CASE_QUESTION, "question")
        self._turn(now, lambda clock: clock.pause(now, OWED, self.service_time), message)

    def partner_answered(self, message: PartnerAnswered, now: datetime) -> None:
        """The clocks go on with what was left."""
        self.check_stage("partner_answered")
        self.identifier_wanted = False
        if message.answer is not None:
            self._count("answer")
        self._move(CaseEvent.PARTNER_ANSWERED, now, message)
        self._resume_clocks(now, message)

    def _resume_clocks(self, now: datetime, message: Message) -> None:
        if self._waits_still:
            self._go_on(now)
            answered = "the partner answered"
            self._turn(now, lambda clock: clock.resume(now, self.service_time, answered), message)

    def check_partner_wrote(self, _message: PartnerWrote, _now: datetime) -> None:
        """As long as something may still happen to it."""
        if self.closed:
            raise TransitionRefused(f"cannot take what the partner wrote: the case is {self.stage}")

    def partner_wrote(self, message: PartnerWrote, now: datetime) -> None:
        """Kept with the case. Where it is resolved somebody has to look: it may be thanks, or not solved at all."""
        self.check_partner_wrote(message, now)
        self._count("message")
        self._note("partner_wrote", now, message)
        if self.resolved_at is not None and PARTNER_WROTE not in self.jeopardy:
            self.endanger(PARTNER_WROTE, now, now)

    def post_status(self, message: PostStatus, now: datetime) -> None:
        """The partner hears how it stands; the next update counts from here. M-31, SUP-21, AMB-37."""
        self.check_stage("post_status")
        self._move(CaseEvent.STATUS_POSTED, now, message)
        self.posted_at = (*self.posted_at, now)[-STATUSES_KEPT:]
        self._tell_partner(CaseMail.CASE_UPDATE, "status")
        self._turn(now, lambda clock: clock.posted(now, self.service_time), message, [STATUS_UPDATE])

    def check_assign(self, _message: Assign, _now: datetime) -> None:
        """As long as something may still happen to it."""
        if self.closed:
            raise TransitionRefused(f"cannot assign an agent: the case is {self.stage}")

    def assign(self, message: Assign, now: datetime) -> None:
        """The agent hears of what is due from now on."""
        self.check_assign(message, now)
        was, self.agent_id = self.agent_id, message.agent_id
        self._note("assigned", now, message, agent=message.agent_id, was=was)

    # Other terms.

    def check_change_policy(self, _message: ChangePolicy, _now: datetime) -> None:
        """As long as something may still happen to it."""
        if self.closed:
            raise TransitionRefused(f"cannot change the policy: the case is {self.stage}")

    def change_policy(
        self,
        message: ChangePolicy,
        now: datetime,
        time: ServiceTime | None = None,
        rules: ZoneRules | None = None,
    ) -> None:
        """What clocks still wait for is counted anew; what is over stays. AMB-35."""
        self.check_change_policy(message, now)
        self.policy = message.policy
        if message.policy.hours is not None:
            self.zone, self.zone_rules = message.policy.hours.zone, rules
        self._note("policy_changed", now, message)
        self._recount(time or ServiceTime(hours=message.policy.hours), now, message, "other terms")
        pending = {each.name: each for each in self.agenda.pending}
        if self.resolved_at is not None and not pending[CLOSES].set_by_operator:
            self._arm_close(self.resolved_at)

    def take_service_time(self, time: ServiceTime, now: datetime, message: Message) -> None:
        """New rules of zones and holidays. ADR 5."""
        if time != self.service_time:
            self._recount(time, now, message, "other rules of zones and holidays")

    def _recount(self, time: ServiceTime, now: datetime, message: Message, why: str) -> None:
        was, self.service_time = self.service_time, time
        targets: dict[str, Any] = {**self.targets, STATUS_UPDATE: self.policy.updates}
        self._turn(now, lambda clock: clock.recompute(targets[clock.name], now, time, was=was, why=why), message)

    # The end.

    def resolve(self, message: Resolve, now: datetime) -> None:
        """A solution answers everything; it closes by itself after a while. SUP-21."""
        self.check_stage("resolve")
        self._move(CaseEvent.RESOLVED, now, message)
        if self._waits_still:
            self._go_on(now)
        self.identifier_wanted = False
        self.solved_at, self.resolved_at = self.solved_at or now, now
        self._answered(now, message, SOLVED)
        self._is_identified(now, message, SOLVED)
        ended = [GOAL, STATUS_UPDATE]
        self._turn(now, lambda clock: clock.meet(now, self.service_time, SOLVED), message, ended)
        self._wait(now, SOLVED)
        self._arm_close(now)
        self._tell_partner(CaseMail.CASE_RESOLVED, "solution")

    def _arm_close(self, resolved_at: datetime) -> None:
        closes_at = resolved_at + self.policy.close_after
        self.agenda.arm(Deadline(kind=CLOSES, at=closes_at, label="The case closes by itself"), again=True)

    def reopen(self, message: Reopen, now: datetime) -> None:
        """The partner hears again how it stands, until it is resolved for good; what was met stays met. AMB-37."""
        self.check_stage("reopen")
        self._move(CaseEvent.REOPENED, now, message)
        self.agenda.disarm(CLOSES)
        self.resolved_at = None
        self._go_on(now)
        if self.critical:
            again = "the case was reopened"
            self._turn(now, lambda clock: clock.reopen(now, again, self.service_time), message, [STATUS_UPDATE])

    def close(self, message: Close, now: datetime) -> None:
        """Nothing more is to come."""
        self.check_stage("close")
        self._end(now, message)

    def close_by_itself(self, now: datetime) -> None:
        """Nobody reopened it in time."""
        self._end(now, None)

    def _end(self, now: datetime, message: Message | None) -> None:
        self._move(CaseEvent.CLOSED, now, message)
        self.closed_at = now
        self.agenda.disarm_all()
