"""The part of a subscription that knows why it is suspended. REN-08, HUB-16, AMB-42. Pure."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import AwareDatetime, Field, field_serializer

from domain.reasons import Reason
from domain.subscription.messages import ASKED_FOR, LiftSuspension, SuspendSubscription
from domain.subscription.standing import SubscriptionStanding
from domain.subscription.states import TABLE, SubscriptionEvent, SuspensionReason
from domain.values import Model, Refused


def _is_empty(value: object) -> bool:
    return not value


class Suspension(Model):
    """Somebody asked for it: in which words, who, since when."""

    reason: str
    by: str
    since: AwareDatetime


class SuspendableSubscription(SubscriptionStanding):
    """Its reasons to be suspended: there may be several, and it is active again only when none is left. AMB-42."""

    suspensions: dict[SuspensionReason, Suspension] = Field(default_factory=dict, exclude_if=_is_empty)
    """What is known of those that somebody asked for. The renewal date asks for its own. REN-08."""

    @field_serializer("suspended_for")
    def _in_one_order(self, reasons: set[SuspensionReason]) -> list[SuspensionReason]:
        """A set has another order in every process; what is stored must not."""
        return sorted(reasons)

    @property
    def also_needs(self) -> Mapping[str, bool]:
        """See base class."""
        return {
            "suspend": bool(ASKED_FOR - self.suspended_for),
            "lift_suspension": bool(ASKED_FOR & self.suspended_for),
        }

    @property
    def renewal_missed(self) -> bool:
        """Is the renewal date over, and the renewal not complete? Then there is no campaign any more. REN-08."""
        return SuspensionReason.RENEWAL_INCOMPLETE in self.suspended_for

    def miss_renewal(self, now: datetime) -> None:
        """The renewal date is over and the renewal not complete. REN-08."""
        self._suspend(SuspensionReason.RENEWAL_INCOMPLETE, now)

    def suspend(self, message: SuspendSubscription, now: datetime) -> None:
        """Not paid, or not compliant. Its dates and notices go on: it can be renewed meanwhile. HUB-16, AMB-42."""
        self.check_suspend(message, now)
        why = SuspensionReason(message.why)
        self.suspensions[why] = Suspension(reason=message.reason, by=message.by, since=now)
        self._suspend(why, now, message)

    def check_suspend(self, message: SuspendSubscription, _now: datetime) -> None:
        """Not terminated, and not suspended for this reason already; raises Refused."""
        TABLE.after(self.stage, self._added)
        if message.why in self.suspended_for:
            raise Refused(
                f"already suspended for {message.why}; its reasons are: {self._reasons} (AMB-42)",
                field="why",
                code=Reason.ALREADY_DONE,
            )

    def lift_suspension(self, message: LiftSuspension, now: datetime) -> None:
        """This reason is gone; service goes on when it was the last one. AMB-42."""
        self.check_lift_suspension(message, now)
        self._lift(SuspensionReason(message.why), now, message)

    def check_lift_suspension(self, message: LiftSuspension, _now: datetime) -> None:
        """Not terminated, and suspended for this reason; raises Refused."""
        if self.closed:
            TABLE.after(self.stage, SubscriptionEvent.SUSPENSION_LIFTED)
        if message.why not in self.suspended_for:
            raise Refused(
                f"not suspended for {message.why}; its reasons are: {self._reasons} (AMB-42)",
                field="why",
                code=Reason.NOT_NEEDED,
            )

    def _suspend(self, why: SuspensionReason, now: datetime, message: SuspendSubscription | None = None) -> None:
        event = self._added
        self.suspended_for.add(why)
        self.stage = TABLE.after(self.stage, event)
        self.journal.note(event, now, message, why=why)

    def _lift(self, why: SuspensionReason, now: datetime, message: LiftSuspension | None = None) -> None:
        if why not in self.suspended_for:
            return
        self.suspended_for.discard(why)
        self.suspensions.pop(why, None)
        last = not self.suspended_for
        event = SubscriptionEvent.SUSPENSION_LIFTED if last else SubscriptionEvent.REASON_LIFTED
        self.stage = TABLE.after(self.stage, event)
        self.journal.note(event, now, message, why=why)

    @property
    def _added(self) -> SubscriptionEvent:
        """What the next reason causes: whoever reads the record sees when service stops, and when it goes on."""
        return SubscriptionEvent.REASON_ADDED if self.suspended_for else SubscriptionEvent.SUSPENDED

    @property
    def _reasons(self) -> str:
        return ", ".join(sorted(self.suspended_for)) or "none"
