"""Where a trial stands: what it is, who has to do with it, how it moves on. Pure, no personal data."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar, Final

from pydantic import AwareDatetime

from domain.lifecycle import Lifecycle
from domain.mails import MailKind, Role, numbered
from domain.trial.dates import TrialDates
from domain.trial.losses import steps_for
from domain.trial.mails import TrialMail
from domain.trial.messages import UPDATES, MeetingSite, Service, TrialKind
from domain.trial.states import LOST, TABLE, TrialEvent, TrialStage
from domain.values import Message

TO_BOTH_SIDES: Final = frozenset({TrialMail.TRIAL_LAST_CALL})
"""Mails of which customer and partner get the same."""


class TrialStanding(TrialDates):
    """The state of one trial, and the moves that every part of it makes."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.TRIAL
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    mail_kinds: ClassVar = TrialMail
    only_informed: ClassVar = frozenset({Role.TRIAL_USER})

    trial_id: str
    kind: TrialKind
    customer_id: str
    partner_id: str
    country: str
    customer_administrators: int
    full_administrators: tuple[int, ...]
    """Numbers of the customer administrators who may accept. TRL-24."""

    partner_administrators: int
    told_as_customer: tuple[int, ...] = ()
    """Numbers of partner administrators whose address is a customer administrator's: what goes to both sides they get
    once."""

    users: int
    licences: int | None = None
    """For all services. TRL-13."""

    purchased: tuple[Service, ...] = ()
    """What the customer bought, as far as upstream knew. TRL-42."""

    managing_partners: tuple[str, ...] = ()
    """Who else manages the customer, as the store knew at the start. TRL-42."""

    days: int
    """Length in days, from the start or the policy. AMB-6."""

    services: tuple[Service, ...]
    site: MeetingSite | None = None
    """Of the Enterprise Edition. TRL-14."""

    built: tuple[Service, ...] = ()
    devices: tuple[str, ...] = ()
    lent: tuple[str, ...] = ()
    """Devices whose loan was started. TRL-15."""

    stage: TrialStage = TrialStage.ACKNOWLEDGED
    consent_requested_at: AwareDatetime | None = None
    consent_requests: int = 0
    consented_at: AwareDatetime | None = None
    partner_access: str | None = None
    """`full_administrator` or `provisioning_administrator`, as granted. TRL-27, TRL-28."""

    activated_at: AwareDatetime | None = None
    expired_at: AwareDatetime | None = None
    loss_announced_on: date | None = None
    """The day on which whoever can still stop it was told what will be lost; not since a hold that outlasted grace.
    TRL-78, AMB-51."""

    grace_over: bool = False
    """The end of grace was reached; what is lost is lost after one last look."""

    numbers_due: bool = False
    """Their day was reached; whether they go is decided by one last look, too."""

    lapsed_at: AwareDatetime | None = None
    lost: tuple[str, ...] = ()
    """Steps of the end that took something."""

    ended: tuple[str, ...] = ()
    """Services whose licences are gone."""

    closed_at: AwareDatetime | None = None
    closing_reason: str | None = None
    order_number: str | None = None

    @property
    def several(self) -> Mapping[Role, int]:
        """See base class."""
        return {
            Role.CUSTOMER_ADMINISTRATOR: self.customer_administrators,
            Role.PARTNER_ADMINISTRATOR: self.partner_administrators,
            Role.TRIAL_USER: self.users,
        }

    @property
    def subject(self) -> str:
        return self.trial_id

    @property
    def closed(self) -> bool:
        """Nothing will happen to it any more; a lapsed trial still has to lose what it loses, or to spare it."""
        return super().closed and not self.losses_to_come

    @property
    def losses_to_come(self) -> tuple[str, ...]:
        """Steps of the end not taken yet, of the services there were."""
        if self.stage not in LOST:
            return ()
        return tuple(step for step in steps_for(self.tried) if step not in {*self.lost, *self.spared})

    def _post_to_customer(
        self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None, day: date | None = None
    ) -> None:
        for number in range(self.customer_administrators):
            self.post(kind, occurrence, due_at, numbered(Role.CUSTOMER_ADMINISTRATOR, number), day)

    def _post_to_partner(
        self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None, day: date | None = None
    ) -> None:
        once = self.told_as_customer if kind in TO_BOTH_SIDES else ()
        for number in range(self.partner_administrators):
            if number not in once:
                self.post(kind, occurrence, due_at, numbered(Role.PARTNER_ADMINISTRATOR, number), day)

    def _close(
        self, event: TrialEvent, now: datetime, reason: str | None, message: Message | None = None, **data: object
    ) -> None:
        self._move(event, now, message, **data)
        self.closed_at, self.closing_reason = now, reason
        self.agenda.disarm_all()
