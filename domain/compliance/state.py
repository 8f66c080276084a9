"""One compliance check: screened, reviewed, resolved or deprovisioned. domain.md §7.2, §10.3. Pure."""

from datetime import datetime
from typing import Final, Self

from domain.compliance.contacts import CheckContacts
from domain.compliance.mails import ComplianceMail
from domain.compliance.messages import Approve, ConfirmMatch, CustomerFacts, PartnerReplied, StartCheck
from domain.compliance.screening import Screening
from domain.compliance.standing import CONTACT, REVIEW_LATE, Decision
from domain.compliance.states import UNRESOLVED, CheckEvent, CheckStage
from domain.deadlines import Deadline

S, V = CheckStage, CheckEvent

NO_LONGER_LISTED: Final = "screened once more before the deprovisioning: the list has nobody like this any more"

RESULTS: Final = frozenset({S.CLEAR, S.APPROVED, S.NON_COMPLIANT, S.DEPROVISIONING, S.DEPROVISIONED})
"""Stages in which a check has come to something: an older one that was confirmed gives way to it."""


class CheckState(CheckContacts):
    """Where one check stands. Every method that changes it checks first and then changes it in one step."""

    @classmethod
    def started(cls, start: StartCheck, now: datetime) -> Self:
        """Nothing is known yet; it delays nothing. WHS-20, WHS-22."""
        state = cls(
            check_id=start.check_id,
            external_id=start.external_id,
            number=start.number,
            because=start.because,
            partner_id=start.partner.id,
            zone=start.zone,
            policy=start.policy,
            carried=start.carried,
            begun_at=now,
        )
        carried_from = start.carried.check_id if start.carried else None
        state._note("started", now, start, because=start.because, carried_from=carried_from)
        return state

    def started_again(self, now: datetime) -> None:
        """Temporal had lost it, the store had not: it goes on as it stood. What was posted and not out by then is
        posted again: the ledger knows what had left. R9."""
        self.failing, self.told_of = {}, S.CHECKING
        self._note("started_again", now, was=self.stage)
        if self.stage is S.NON_COMPLIANT and self.contacts_begun > self.contacts_out:
            self.post(ComplianceMail.COMPLIANCE_CONTACT, str(self.contacts_begun))
        if self.stage is S.IN_REVIEW:
            self._tell_team(ComplianceMail.COMPLIANCE_REVIEW_WANTED, (self.found_at or now) + self.policy.review_within)

    def told(self, stage: CheckStage) -> None:
        """The customer's workflow knows that it stood there."""
        self.told_of = stage

    # The screening, and the review.

    def screened(self, found: Screening, now: datetime) -> None:
        """Clean: done. Else people decide, and nobody for them. WHS-23 to WHS-25."""
        self.screening = found
        if found.is_clean:
            self._close(V.CLEARED, now, "the list has nobody like this", list_version=found.list_version)
            return
        self._move(V.MATCH_FOUND, now, list_version=found.list_version, found=found.found)
        self.found_at = now
        late = Deadline(kind=REVIEW_LATE, at=now + self.policy.review_within, label="The review takes long: alert")
        self.agenda.arm(late)
        self._tell_team(ComplianceMail.COMPLIANCE_REVIEW_WANTED, late.at)

    def review_is_late(self, deadline: Deadline, now: datetime) -> None:
        """An alert, and never a decision. WHS-25."""
        self.endanger(REVIEW_LATE, now, deadline.at)
        self._tell_team(ComplianceMail.COMPLIANCE_REVIEW_LATE, deadline.at)

    def _tell_team(self, kind: ComplianceMail, due_at: datetime) -> None:
        if self.team is not None:
            self.post(kind, due_at=due_at)

    def _reviewed(self) -> None:
        self.agenda.disarm(REVIEW_LATE)
        self.jeopardy = [what for what in self.jeopardy if what != REVIEW_LATE]

    def check_approve(self, _message: Approve, _now: datetime) -> None:
        """Until the deprovisioning has begun. One that comes after that is taken down, and refused then: the record
        shall say which came first. WHS-27."""
        if self.stage is not S.DEPROVISIONING:
            self.check_stage("approve")

    def approve(self, message: Approve, now: datetime) -> None:
        """No problem was found. WHS-24."""
        self.check_approve(message, now)
        if self.stage is S.DEPROVISIONING:
            self._note("approval_too_late", now, message)
            self.check_stage("approve")
        if self.time_is_up:
            self._note("deprovisioning_called_off", now, message)
        self._reviewed()
        self.decided = Decision(said="approved", why=message.reason, by=message.by, at=now)
        was_confirmed = self.stage is S.NON_COMPLIANT
        self._close(V.APPROVED, now, message.reason, message)
        if was_confirmed:
            self._tell_of_resolution()

    def confirm_match(self, message: ConfirmMatch, now: datetime) -> None:
        """It is the one on the list: the partner is contacted, the thirty days begin. WHS-26, WHS-27."""
        self.check_stage("confirm_match")
        self._reviewed()
        self.decided = Decision(said="confirmed", why=message.reason, by=message.by, at=now)
        self._move(V.MATCH_CONFIRMED, now, message)
        self._begin_contacts(now)

    def partner_replied(self, message: PartnerReplied, now: datetime) -> None:
        """Only the thirty days count from now on; nobody is contacted any more. WHS-27, AMB-30."""
        self.check_stage("partner_replied")
        was = self.deprovision_on
        self._move(V.PARTNER_REPLIED, now, message)
        self.replied_at = self.replied_at or now
        if message.reply is not None:
            self.replies += 1
        self.agenda.disarm(*(each.name for each in self.agenda.pending if each.kind == CONTACT))
        if self.deprovision_on == was:
            return
        if self.time_is_up:
            self._note("deprovisioning_called_off", now, message)
        self.time_is_up, self.announced_on = False, None
        self._give_notice(now)
        self._arm_end(now)

    # The end.

    def looked_last(self, found: Screening, now: datetime) -> None:
        """Just before the act: nobody is listed any more, or it was not announced, or there is no way back. WHS-27."""
        if self.stage is not S.NON_COMPLIANT or not self.time_is_up:
            return
        self.screening = found
        if found.is_clean:
            self._close(V.CLEARED, now, NO_LONGER_LISTED, list_version=found.list_version)
            self._tell_of_resolution()
        elif self._is_unannounced(now):
            self.time_is_up = False
            self._prolong(now)
        else:
            self._begin_deprovisioning(now)

    def _begin_deprovisioning(self, now: datetime) -> None:
        version = self.screening.list_version if self.screening else None
        self._move(V.DEPROVISIONING, now, list_version=version, announced_on=self.announced_on)
        self.time_is_up = False
        self.agenda.disarm_all()

    def customer_reported(self, facts: CustomerFacts, now: datetime) -> None:
        """What the store knows of the customer and its newest check. WHS-20."""
        if facts.untrue is not None:
            self._note("report_ignored", now, why=facts.untrue)
        elif self.stage is S.NON_COMPLIANT and facts.because_of == self.check_id:
            self._begin_deprovisioning(now)  # it had begun: somebody has reset this workflow since
            self.customer_reported(facts, now)
        elif self.stage is S.DEPROVISIONING and facts.deprovisioned:
            self._close(V.DEPROVISIONED, now, "not resolved in time", because_of=facts.because_of)
        elif self.stage in UNRESOLVED and (facts.deprovisioning or facts.deprovisioned):
            self._close(V.WITHDRAWN, now, "the customer is deprovisioned", because_of=facts.because_of)
        elif self.stage in UNRESOLVED and facts.newest_number > self.number:
            self._give_way(facts, now)

    def _give_way(self, facts: CustomerFacts, now: datetime) -> None:
        """A confirmed match only to a result: no change of address begins the thirty days anew, and none ends them
        before somebody, or a list, has said so. WHS-20, WHS-27."""
        was_confirmed = self.stage is S.NON_COMPLIANT
        if was_confirmed and facts.newest_stage not in RESULTS:
            return
        self._close(V.SUPERSEDED, now, f"check {facts.newest_number} has taken over", by=facts.newest_number)
        if was_confirmed and facts.newest_stage in (S.CLEAR, S.APPROVED):
            self._tell_of_resolution()
