"""Where a wholesale customer stands: what it may assign, its two axes, how it is removed. Pure, no personal data."""

import hashlib
from collections.abc import Mapping
from typing import ClassVar, Final

from pydantic import AwareDatetime, Field

from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle, LifecycleState
from domain.values import Model
from domain.wholesale.catalogue import Catalogue
from domain.wholesale.checks import CheckStanding
from domain.wholesale.dial_in import DialIn
from domain.wholesale.mails import WholesaleMail
from domain.wholesale.messages import UPDATES, BillingAddress
from domain.wholesale.offerings import Offering, OfferingStatus, in_status
from domain.wholesale.policy import WholesalePolicy
from domain.wholesale.quantities import Ordered
from domain.wholesale.states import AT_WORK, TABLE, WholesaleStage
from domain.wholesale.users import Assigned, Limits
from domain.working_time import ZoneRules

NAME: Final = Lifecycle("wholesale")

PROVISIONED_LATE: Final = "provisioned_late"
"""When every package and add-on is expected to be reported; late, it is an alert and never a failure."""

WITH_ERRORS: Final = (WholesaleStage.PROVISIONED_WITH_ERRORS, WholesaleStage.ERROR)

USERS_REMOVED: Final = "users_removed"
ADD_ONS_REMOVED: Final = "add_ons_removed"
PACKAGES_REMOVED: Final = "packages_removed"
ORGANIZATION_DEPROVISIONED: Final = "organization_deprovisioned"

STEPS: Final = (USERS_REMOVED, ADD_ONS_REMOVED, PACKAGES_REMOVED, ORGANIZATION_DEPROVISIONED)
"""Of a deprovisioning, in this order. WHS-27."""


class Onboarded(Model):
    """What a customer was created by: recorded when it was opened, and never asked again. ADR 5."""

    catalogue: Catalogue
    dial_in: DialIn
    zone_rules: ZoneRules | None = None


class Step(Model):
    """One step of the deprovisioning, as the store took it first. WHS-27."""

    step: str
    at: AwareDatetime
    removed: int = 0
    """How many users, add-ons or packages."""

    digest: str = ""
    """SHA-256, in hex, over the sorted ids of the users that were removed."""


class Deprovisioning(Model):
    """Who wanted the customer removed for good, why, and since when."""

    by: str
    reason: str
    since: AwareDatetime
    check_id: str | None = None
    """The compliance check that asked for it; None: somebody did. WHS-27."""


class WholesaleStanding(LifecycleState):
    """The state of one customer, and what can be told from it."""

    lifecycle: ClassVar[Lifecycle] = NAME
    mail_kinds: ClassVar = WholesaleMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({PROVISIONED_LATE})

    external_id: str
    partner_id: str
    policy: WholesalePolicy
    own_organization: bool = False
    """Of the partner itself: in the list, without effect. WHS-07."""

    onboarded: Onboarded | None = None
    """None until it is opened."""

    onboarded_at: AwareDatetime | None = None
    ordered: Ordered
    offerings: dict[str, Offering] = Field(default_factory=dict)
    """Packages, then add-ons, in the order in which they were ordered."""

    provisioned_at: AwareDatetime | None = None
    """When something of it could be used first."""

    assigned: Assigned = Field(default_factory=Assigned.none)
    """How much of it; the users themselves are in the store. WHS-11, WHS-12."""

    country: str
    """Of the billing address, and of the organization. WHS-31."""

    address_digest: str
    """Tells one billing address from another; the address itself is in the store."""

    dial_in: DialIn | None = None
    """None until it is opened."""

    checks: list[CheckStanding] = Field(default_factory=list)
    """By number, oldest first: those not started yet, those that are open, and the last ones."""

    checks_started: int = 0
    """The number of the newest one that was started. WHS-20."""

    checks_to_tell: tuple[str, ...] = ()
    """Open checks that something of the customer concerns, and that have not been told."""

    deprovisioning: Deprovisioning | None = None
    steps: list[Step] = Field(default_factory=list)
    """Of the deprovisioning, those taken."""

    certificate: str | None = None
    """Its number, once there is one."""

    stage: WholesaleStage = WholesaleStage.PROVISIONING
    closed_at: AwareDatetime | None = None

    @property
    def subject(self) -> str:
        return self.external_id

    @property
    def customer_id(self) -> str:
        """The service provider's own number."""
        return self.external_id

    @property
    def deprovisioning_for(self) -> str | None:
        """The check that asked for the deprovisioning, if one did. WHS-27."""
        return self.deprovisioning.check_id if self.deprovisioning else None

    @property
    def with_errors(self) -> bool:
        """Something could not be provisioned."""
        return self.stage in WITH_ERRORS

    @property
    def attention(self) -> bool:
        """What could not be provisioned is for somebody to look at."""
        return super().attention or self.with_errors

    @property
    def also_needs(self) -> Mapping[str, bool]:
        """There must be something to report on, or to set up anew, and no check that is about to begin; nothing is
        taken before it is opened."""
        if self.onboarded is None:
            return dict.fromkeys(self.updates, False)
        return {
            "report_package": bool(self.pending),
            "retry_package": bool(self.failed),
            "screen_again": self.check_to_start is None,
        }

    @property
    def pending(self) -> tuple[str, ...]:
        """Packages and add-ons that the vendor owes a report of."""
        return in_status(self.offerings, OfferingStatus.PENDING)

    @property
    def failed(self) -> tuple[str, ...]:
        """Packages and add-ons that could not be provisioned."""
        return in_status(self.offerings, OfferingStatus.FAILED)

    @property
    def limits(self) -> Limits:
        """What its users may have now. WHS-05, WHS-12."""
        assert self.onboarded is not None  # noqa: S101 - nobody is assigned anything before it is opened
        return Limits.model_construct(  # what was judged once is not judged again
            version=self.ordered.version,
            packages=self.ordered.packages,
            add_ons=self.ordered.add_ons,
            usable=in_status(self.offerings, OfferingStatus.PROVISIONED),
            created_with=self.ordered.created_with,
            catalogue=self.onboarded.catalogue,
        )

    @property
    def check_to_start(self) -> CheckStanding | None:
        """The oldest one that was asked for and does not run yet."""
        return next((check for check in self.checks if not check.started), None)

    @property
    def newest_check(self) -> CheckStanding | None:
        """Of those that were started."""
        return next((check for check in reversed(self.checks) if check.started), None)

    @property
    def next_step(self) -> str | None:
        """Of the deprovisioning, the first one that was not taken."""
        if self.stage is not WholesaleStage.DEPROVISIONING:
            return None
        taken = {step.step for step in self.steps}
        return next((step for step in STEPS if step not in taken), None)

    def to_remove(self, step: str) -> int | None:
        """What a step takes, where that is known beforehand; users are counted by the store."""
        known = {ADD_ONS_REMOVED: len(self.ordered.add_ons), PACKAGES_REMOVED: len(self.ordered.packages)}
        return None if step == USERS_REMOVED else known.get(step, 1)

    def _watch_provisioning(self, since: AwareDatetime) -> None:
        """While something is pending, it is expected by some time. It is never a failure."""
        within = self.policy.provisioned_within
        if not self.pending or self.stage not in AT_WORK:
            self.agenda.disarm(PROVISIONED_LATE)
        elif within is not None:
            label = "Provisioning expected: alert if something is still pending"
            self.agenda.arm(Deadline(kind=PROVISIONED_LATE, at=since + within, label=label), again=True)


def digest_of(address: BillingAddress) -> str:
    """SHA-256 in hex: the same for the same address."""
    return hashlib.sha256(address.model_dump_json().encode()).hexdigest()
