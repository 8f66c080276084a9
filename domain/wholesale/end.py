"""A customer's checks, and how it is deprovisioned: step by step, each once, with a certificate. WHS-20 to WHS-27."""

from collections.abc import Iterable
from datetime import datetime

from domain.events import SYSTEM
from domain.values import Message
from domain.wholesale.checks import (
    CHECKING,
    DEPROVISIONING,
    CheckFacts,
    CheckStanding,
    check_id,
    remembered,
)
from domain.wholesale.mails import WholesaleMail
from domain.wholesale.standing import USERS_REMOVED, Deprovisioning, Step, WholesaleStanding
from domain.wholesale.states import RUNNING, WholesaleEvent
from domain.wholesale.users import Assigned

UNRESOLVED = "the compliance check was not resolved in time (WHS-27)"


class WholesaleEnding(WholesaleStanding):
    """What checks say moves no stage but one: a deprovisioning begins. WHS-22."""

    # Checks.

    def want_check(self, because: str, now: datetime, message: Message | None = None) -> None:
        """One more is to be started, with a number of its own. WHS-20."""
        number = self.newest_number + 1
        wanted = CheckStanding(check_id=check_id(self.external_id, number), number=number, because=because, at=now)
        self.checks = remembered([*self.checks, wanted])
        self.journal.note("wholesale.check_wanted", now, message, check=wanted.check_id, because=because)

    @property
    def newest_number(self) -> int:
        """Of the last check that was asked for."""
        return max((check.number for check in self.checks), default=self.checks_started)

    def check_started(self, check: CheckStanding, facts: CheckFacts, now: datetime) -> None:
        """It runs. Those before it are told; itself, if the customer is on its way out by now. `facts`: what the store
        has of it, if it ran before a Reset."""
        self._keep(facts.check or check.model_copy(update={"started": True, "at": now}))
        self.checks_started = max(self.checks_started, check.number)
        self.journal.note(WholesaleEvent.CHECK_STARTED, now, check=check.check_id, because=check.because)
        self._tell_before(check.number)
        if self.stage not in RUNNING:
            self._tell([check.check_id])

    def check_left_out(self, check: CheckStanding) -> None:
        """The customer is on its way out and nobody knows whether the check began: if it did, it hears of it."""
        self.checks = [known for known in self.checks if known.number != check.number]
        self._tell([check.check_id])

    def check_reported(self, facts: CheckFacts, now: datetime) -> None:
        """Something happened to a check; the store says what. Those before it are told. One that this customer never
        asked for says nothing: anybody may start a check. WHS-20, WHS-27."""
        check = facts.check
        if check is None or check.number > self.newest_number:
            why = facts.untrue or "no check of this number was asked for"
            self.journal.note("wholesale.check_report_ignored", now, why=why)
            return
        known = next((each for each in self.checks if each.check_id == check.check_id), None)
        if known != check:
            self._keep(check)
            self.checks_started = max(self.checks_started, check.number)
            self.journal.note("wholesale.check_reported", now, check=check.check_id, at_stage=check.stage)
        if check.stage != CHECKING:
            self._tell_before(check.number)
        if check.stage == DEPROVISIONING and self.stage in RUNNING:
            self.begin_deprovisioning(SYSTEM, UNRESOLVED, now, check=check.check_id)

    def _keep(self, check: CheckStanding) -> None:
        others = (each for each in self.checks if each.number != check.number)
        self.checks = remembered([*others, check])

    def _tell_before(self, number: int) -> None:
        self._tell(check.check_id for check in self.checks if check.is_open and check.number < number)

    def _tell(self, checks: Iterable[str]) -> None:
        self.checks_to_tell = tuple(dict.fromkeys((*self.checks_to_tell, *checks)))

    def checks_were_told(self) -> tuple[str, ...]:
        """Those that are to be told now; afterwards there is nobody left to tell."""
        waiting, self.checks_to_tell = self.checks_to_tell, ()
        return waiting

    # Deprovisioning.

    def begin_deprovisioning(
        self, by: str, reason: str, now: datetime, message: Message | None = None, check: str | None = None
    ) -> None:
        """Irreversible from here on. Open checks are told, but for the one that asked for it."""
        self._move(WholesaleEvent.DEPROVISIONING, now, message, why=reason if message is None else None, check=check)
        self.deprovisioning = Deprovisioning(by=by, reason=reason, since=now, check_id=check)
        self.agenda.disarm_all()
        self.checks = [each for each in self.checks if each.started]
        self._tell(each.check_id for each in self.checks if each.is_open and each.check_id != check)

    def users_are_removed(self, assigned: Assigned) -> None:
        """Some of them, step by step: how much is left."""
        self.assigned = assigned

    def step_taken(self, step: Step, now: datetime) -> None:
        """Recorded as it was taken first."""
        self.steps = [*(known for known in self.steps if known.step != step.step), step]
        self.journal.note(f"wholesale.{step.step}", now, removed=step.removed, taken_at=step.at)
        if step.step == USERS_REMOVED:
            self.assigned = Assigned.none()

    def deprovisioned(self, certificate: str, digest: str, now: datetime) -> None:
        """All steps are taken; the partner is told, and every check that is still open. WHS-27."""
        self._move(WholesaleEvent.DEPROVISIONED, now, certificate=certificate, digest=digest)
        self.certificate, self.closed_at = certificate, now
        self.agenda.disarm_all()
        self.post(WholesaleMail.WHOLESALE_DEPROVISIONED)
        self._tell(check.check_id for check in self.checks if check.is_open)
