"""Where a support case stands: whose account, how bad, who works on it, when it waited. Pure, no personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

from pydantic import AwareDatetime

from domain.account.channels import Channel
from domain.case.classification import LookedUp, Severity
from domain.case.mails import AGENT, DUTY_MANAGER, CaseMail
from domain.case.messages import UPDATES
from domain.case.policy import CasePolicy
from domain.case.states import TABLE, UNRESOLVED, CaseStage
from domain.lifecycle import Lifecycle, LifecycleState
from domain.mails import MailState
from domain.sla import Pause, ServiceTime, SlaClock, StatusClock
from domain.values import Message

NAME: Final = Lifecycle("case")

FIRST_RESPONSE: Final = "first_response"
IDENTIFICATION: Final = "identification"
STATUS_UPDATE: Final = "status_update"
GOAL: Final = "goal"
"""Clocks, by name."""

CLOSES: Final = "close"
"""The deadline at which a resolved case closes by itself."""

GOAL_MISSED: Final = "goal_missed"
"""The deadline, and the alert: no complete fix within the time that is striven for. SUP-21."""

PARTNER_WROTE: Final = "partner_wrote"
"""The alert: the partner wrote after the case was resolved."""

STATUSES_KEPT: Final = 100
"""Instants of status updates that travel with a case; the record has all."""

CANNOT: Final = {
    "set_main_email": "set the main e-mail",
    "change_service": "change the service",
}
"""Updates that only an unresolved case takes, in words."""


class CaseStanding(LifecycleState):
    """The state of one case, and what every part of it asks. Texts and addresses are the store's."""

    lifecycle: ClassVar[Lifecycle] = NAME
    mail_kinds: ClassVar = CaseMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({CLOSES})
    outlasting: ClassVar[frozenset[str]] = frozenset({PARTNER_WROTE})

    case_id: str
    channel: Channel
    came_through: str | None = None
    partner_id: str
    service: str
    organization_id: str | None = None
    """As the partner gave it. SUP-40."""

    identifiers_given: bool = False
    """Was there a customer's e-mail, a ZUID or a ZOID from the beginning? SUP-12."""

    main_email_given: bool = False
    """Is the field filled in? SUP-11, SUP-13."""

    policy: CasePolicy
    received_at: AwareDatetime
    stage: CaseStage = CaseStage.ACKNOWLEDGED
    severity: Severity = Severity.NORMAL
    priority_customer: bool = False
    """The flag: a large-user account, and a covered service. SUP-13."""

    found: LookedUp = LookedUp()
    classified_at: AwareDatetime | None = None
    """When it was classified last."""

    identifier_wanted: bool = False
    """The partner was asked whose account it is, and nobody knows yet. SUP-14, AMB-33."""

    agent_id: str | None = None
    responded_at: AwareDatetime | None = None
    identified_at: AwareDatetime | None = None
    solved_at: AwareDatetime | None = None
    """When it was resolved first."""

    resolved_at: AwareDatetime | None = None
    """When it was resolved last; None while it is not."""

    closed_at: AwareDatetime | None = None
    waits: tuple[Pause, ...] = ()
    """While the partner owed an answer, or it was resolved: clocks do not run then, from the beginning on."""

    posted_at: tuple[AwareDatetime, ...] = ()
    """When the partner was told how it stands, the last ones."""

    texts: dict[str, int] = {}
    """How many there are in the store, by what they are: `question/1` is the first."""

    service_time: ServiceTime = ServiceTime()
    clocks: dict[str, SlaClock] = {}
    """Of an S1 case, by name. SUP-20."""

    status_clock: StatusClock | None = None
    """Of an S1 case. SUP-21, AMB-37."""

    late_starts: int = 0
    """How often S1 was found when a warning or a breach was past already. AMB-36."""

    @property
    def subject(self) -> str:
        """See base class."""
        return self.case_id

    @property
    def critical(self) -> bool:
        """S1 – Critical. SUP-10."""
        return self.severity is Severity.S1_CRITICAL

    @property
    def unresolved(self) -> bool:
        """Somebody has to work on it, or to answer."""
        return self.stage in UNRESOLVED

    @property
    def waiting(self) -> bool:
        """The partner owes an answer."""
        return self.stage is CaseStage.PENDING

    @property
    def unclassified(self) -> bool:
        """For good its severity is known once the main e-mail is there. SUP-13, SUP-14."""
        return self.unresolved and not self.main_email_given

    @property
    def account_unknown(self) -> bool:
        """The registry knows none of its identifiers, a mistyped main e-mail among them. SUP-03."""
        return self.unresolved and self.classified_at is not None and self.found.account_id is None

    @property
    def main_email_wanted(self) -> bool:
        """An agent has to fill the field in: something leads there, or somebody was asked and answered. SUP-13."""
        return self.unclassified and self.classified_at is not None and not self.identifier_wanted

    @property
    def contradicted(self) -> bool:
        """Do its identifiers lead to different accounts? SUP-03."""
        return self.unresolved and bool(self.found.contradicting)

    @property
    def attention(self) -> bool:
        """See base class."""
        return super().attention or self.main_email_wanted or self.contradicted

    @property
    def owes_status(self) -> bool:
        """Is an update to the partner due soon, or missed?"""
        clock = self.status_clock
        if clock is None or clock.has_ended:
            return False
        missed = clock.missed[-1] if clock.missed else None
        return clock.warned_at is not None or (missed is not None and (clock.posted_at or missed) <= missed)

    @property
    def customer_id(self) -> str:
        """The account, as far as anybody knows; an id in any case, for lists."""
        return self.found.account_id or self.organization_id or "unidentified"

    @property
    def also_needs(self) -> Mapping[str, bool]:
        """See base class."""
        return dict.fromkeys(CANNOT, self.unresolved)

    @property
    def first_reader(self) -> str | None:
        """Who hears of what is due: the agent, else the duty manager, if one is configured. SUP-20, AMB-34."""
        return AGENT if self.agent_id else self._manager

    @property
    def breach_reader(self) -> str | None:
        """Who hears of what is breached; None: nobody is configured, an alert stands."""
        return self._manager

    @property
    def _manager(self) -> str | None:
        return DUTY_MANAGER if self.policy.duty_manager else None

    def text_of(self, what: str) -> str:
        """The name of the last one, in the store."""
        return f"{what}/{self.texts.get(what, 0)}"

    def _count(self, what: str) -> int:
        number = self.texts.get(what, 0) + 1
        self.texts = {**self.texts, what: number}
        return number

    def _wait(self, since: datetime, why: str) -> None:
        self.waits = (*self.waits, Pause(since=since, why=why))

    def _go_on(self, until: datetime) -> None:
        """What it waited for last is there."""
        *before, last = self.waits
        self.waits = (*before, last.model_copy(update={"until": until}))

    @property
    def _waits_still(self) -> bool:
        return bool(self.waits) and self.waits[-1].until is None

    def _tell_partner(self, kind: CaseMail, what: str) -> None:
        """A mail with a text of its own."""
        self.post(kind, str(self._count(what)))

    def forget_what_is_settled(self) -> None:
        """Between two runs, while nothing is under way: the ledger knows what went out, what travels stays small."""
        kept = self.mails_in(MailState.PENDING, MailState.UNKNOWN, MailState.REFUSED)
        self.mails = {mail.key: mail for mail in kept}
        self.journal.tasks = [task for task in self.journal.tasks if task.closed_at is None]

    def _note(self, type_: str, now: datetime, message: Message | None = None, **data: object) -> None:
        self.journal.note(f"{NAME}.{type_}", now, message, **data)
