"""One wholesale customer: provisioned, changed, screened in the background, deprovisioned. domain.md §7. Pure."""

from datetime import datetime
from typing import Self

from domain.reasons import Reason
from domain.values import Message, Refused
from domain.wholesale.checks import ADDRESS_CHANGED, CREATED, LIST_CHANGED
from domain.wholesale.dial_in import DialIn
from domain.wholesale.end import WholesaleEnding
from domain.wholesale.messages import (
    AssignBatch,
    AssignUser,
    ChangePackage,
    ChangeQuantities,
    Deprovision,
    OnboardCustomer,
    RemoveUser,
    Reported,
    ReportPackage,
    RetryPackage,
    ScreenAgain,
    UpdateBillingAddress,
)
from domain.wholesale.offerings import Offering, OfferingStatus, what_follows
from domain.wholesale.quantities import Ordered, refuse_change
from domain.wholesale.standing import NAME, PROVISIONED_LATE, Onboarded, digest_of
from domain.wholesale.states import AT_REST, WholesaleEvent, WholesaleStage
from domain.wholesale.users import Assigned, UserChange

__all__ = ("NAME", "PROVISIONED_LATE", "WholesaleState")

USABLE = (WholesaleStage.PROVISIONED, WholesaleStage.PROVISIONED_WITH_ERRORS)


class WholesaleState(WholesaleEnding):
    """Where one customer stands. Every method that changes it checks first and then changes it in one step."""

    @classmethod
    def created(cls, start: OnboardCustomer, now: datetime) -> Self:
        """Received; whether the catalogue has all of it, and a location serves its country, is asked next. WHS-12."""
        names = (*start.packages, *start.add_ons)
        state = cls(
            external_id=start.external_id,
            partner_id=start.partner.id,
            zone=start.zone or start.partner.contact.zone,
            policy=start.policy,
            own_organization=start.own_organization,
            ordered=Ordered(
                packages=dict(start.packages), add_ons=dict(start.add_ons), created_with=start.created_with
            ),
            offerings={name: Offering(at=now) for name in names},
            country=start.billing_address.country,
            address_digest=digest_of(start.billing_address),
        )
        own = "yes" if start.own_organization else None
        state.journal.note("wholesale.created", now, start, country=state.country, own_organization=own)
        return state

    def open(self, onboarded: Onboarded, now: datetime) -> None:
        """It is taken: the vendor sets it up, and it is screened, one beside the other. WHS-20, WHS-22."""
        self.onboarded, self.onboarded_at = onboarded, now
        self.zone_rules, self.dial_in = onboarded.zone_rules, onboarded.dial_in
        found = onboarded.dial_in
        self.journal.note("wholesale.onboarded", now, location=found.location, dial_in=found.number or found.code)
        self._watch_provisioning(now)
        self.want_check(CREATED, now)

    # Provisioning.

    def check_report_package(self, message: ReportPackage, _now: datetime) -> None:
        """Only on what is pending, once."""
        self.check_stage("report_package")
        if self._offering(message.offering).status is not OfferingStatus.PENDING:
            raise Refused(
                f"{message.offering} was reported as {self.offerings[message.offering].status} before",
                field="offering",
                code=Reason.ALREADY_DONE,
            )

    def report_package(self, message: ReportPackage, now: datetime) -> None:
        """The stage follows from what became of all of them. domain.md §10.3."""
        self.check_report_package(message, now)
        status = OfferingStatus.FAILED if message.outcome is Reported.FAILED else OfferingStatus.PROVISIONED
        self.offerings[message.offering] = Offering(status=status, at=now, detail=message.detail)
        facts = {"offering": message.offering, "outcome": message.outcome, "detail": message.detail}
        self._move(what_follows(self.offerings), now, message, **facts)
        self._settle_provisioning(now)

    def check_retry_package(self, message: RetryPackage, _now: datetime) -> None:
        """Only what had failed."""
        self.check_stage("retry_package")
        if (status := self._offering(message.offering).status) is not OfferingStatus.FAILED:
            raise Refused(f"{message.offering} is {status}", field="offering", code=Reason.NOT_NEEDED)

    def retry_package(self, message: RetryPackage, now: datetime) -> None:
        """The vendor owes a report of it once more."""
        self.check_retry_package(message, now)
        self.offerings[message.offering] = Offering(at=now)
        self._move(WholesaleEvent.UPDATE_BEGUN, now, message, offering=message.offering)
        self._watch_provisioning(now)

    def _offering(self, name: str) -> Offering:
        if name not in self.offerings:
            there = ", ".join(self.offerings)
            raise Refused(f"the customer has no {name}; it has: {there}", field="offering", code=Reason.UNKNOWN)
        return self.offerings[name]

    def _settle_provisioning(self, now: datetime) -> None:
        """The stage fits what there is: after something was added, or the last one that failed was removed."""
        event = what_follows(self.offerings)
        if event is WholesaleEvent.REPORTED:
            if self.stage in AT_REST:
                self._move(WholesaleEvent.UPDATE_BEGUN, now)
        elif self.stage is not self.table.after(WholesaleStage.UPDATING, event):
            if self.stage in AT_REST:
                self._move(WholesaleEvent.UPDATE_BEGUN, now)
            self._move(event, now)
        if self.provisioned_at is None and self.stage in USABLE:
            self.provisioned_at = now
        if event is not WholesaleEvent.REPORTED:
            self._watch_provisioning(now)

    # Quantities.

    def check_change_quantities(self, message: ChangeQuantities, _now: datetime) -> None:
        """Asked with the version that was seen; nothing is removed that somebody has, or needs. WHS-05, WHS-12."""
        self.check_stage("change_quantities")
        refuse_change(message, self.ordered, self.assigned, self.limits.catalogue)

    def change_quantities(self, message: ChangeQuantities, now: datetime) -> None:
        """What is new is set up; what is removed is gone at once, for nobody has it. WHS-12."""
        self.check_change_quantities(message, now)
        self.ordered = self.ordered.after(message)
        known = self.offerings
        self.offerings = {name: known.get(name) or Offering(at=now) for name in self.ordered.names}
        given = {**message.packages, **message.add_ons}
        self._move(
            WholesaleEvent.QUANTITIES_CHANGED,
            now,
            message,
            version=self.ordered.version,
            quantities=", ".join(f"{name} {most}" for name, most in given.items()) or None,
            removed=", ".join(message.remove) or None,
        )
        self._settle_provisioning(now)
        if self.offerings.keys() - known.keys():
            self._watch_provisioning(now)

    # Users: what they have is in the store; here is how much, and what was done. WHS-11.

    def assign(
        self,
        message: AssignUser,
        now: datetime,
        assigned: Assigned | None = None,
        change: UserChange = UserChange.ASSIGNED,
    ) -> None:
        """A user got, or had already, what was asked for. `assigned`: as the store counts after it."""
        package = message.user.package or self.ordered.created_with
        change = self._as_it_was_done(change, UserChange.ASSIGNED, assigned)
        self._user_changed(message, now, assigned, change, message.user.user_id, package)

    def change_package(
        self,
        message: ChangePackage,
        now: datetime,
        assigned: Assigned | None = None,
        change: UserChange = UserChange.CHANGED,
    ) -> None:
        """A user got another package. WHS-06."""
        change = self._as_it_was_done(change, UserChange.CHANGED, assigned)
        self._user_changed(message, now, assigned, change, message.user_id, message.package)

    def remove_user(
        self,
        message: RemoveUser,
        now: datetime,
        assigned: Assigned | None = None,
        change: UserChange = UserChange.REMOVED,
    ) -> None:
        """A user has nothing any more."""
        change = self._as_it_was_done(change, UserChange.REMOVED, assigned)
        self._user_changed(message, now, assigned, change, message.user_id)

    def _as_it_was_done(self, change: UserChange, asked: UserChange, assigned: Assigned | None) -> UserChange:
        """Found as wanted, and counted otherwise than here: an attempt did it whose worker died before it said so."""
        did = change is UserChange.UNCHANGED and assigned is not None and assigned != self.assigned
        return asked if did else change

    def _user_changed(
        self,
        message: Message,
        now: datetime,
        assigned: Assigned | None,
        change: UserChange,
        user: str,
        package: str | None = None,
    ) -> None:
        self.assigned = assigned or self.assigned
        if change is not UserChange.UNCHANGED:
            self.journal.note(f"wholesale.user_{change}", now, message, user=user, package=package)

    def assign_batch(
        self,
        message: AssignBatch,
        now: datetime,
        assigned: Assigned | None = None,
        results: dict[UserChange, int] | None = None,
    ) -> None:
        """So many of the batch got something, so many were refused."""
        self.assigned = assigned or self.assigned
        counts = {str(change): count for change, count in (results or {}).items() if count}
        self.journal.note("wholesale.users_imported", now, message, batch=message.batch_id, **counts)

    # Screening is asked for; what comes of it is the other axis.

    def check_update_billing_address(self, message: UpdateBillingAddress, _now: datetime) -> None:
        """Another one than there is: every change is screened. WHS-20."""
        self.check_stage("update_billing_address")
        if digest_of(message.billing_address) == self.address_digest:
            raise Refused("is the billing address there is", field="billing_address", code=Reason.NOT_NEEDED)

    def update_billing_address(self, message: UpdateBillingAddress, now: datetime, found: DialIn | None = None) -> None:
        """The organization's country follows, and its call-in number when that changes. `found`: by the configuration
        of now. WHS-20, WHS-31, WHS-32."""
        self.check_update_billing_address(message, now)
        country = message.billing_address.country
        if country != self.country:
            self.country, self.dial_in = country, found
        self.address_digest = digest_of(message.billing_address)
        self._move(WholesaleEvent.ADDRESS_CHANGED, now, message, country=country)
        self.want_check(ADDRESS_CHANGED, now)

    def check_screen_again(self, message: ScreenAgain, _now: datetime) -> None:
        """Not by a list that the newest check was made by, and not while a check is about to begin anyway."""
        self.check_stage("screen_again")
        newest = self.newest_check
        if self.check_to_start is not None:
            raise Refused("a new check is about to begin", code=Reason.ALREADY_DONE)
        if message.list_version is not None and newest is not None and newest.list_version == message.list_version:
            raise Refused(
                f"check {newest.check_id} was made by this version", field="list_version", code=Reason.ALREADY_DONE
            )

    def screen_again(self, message: ScreenAgain, now: datetime) -> None:
        """By a new list. WHS-20."""
        self.check_screen_again(message, now)
        self.want_check(LIST_CHANGED, now, message)

    # Deprovisioning.

    def check_deprovision(self, message: Deprovision, _now: datetime) -> None:
        """Asked twice: it cannot be undone."""
        self.check_stage("deprovision")
        if not message.confirm:
            raise Refused(
                "must be true: customer and users are removed for good", field="confirm", code=Reason.UNCONFIRMED
            )

    def deprovision(self, message: Deprovision, now: datetime) -> None:
        """The steps follow; nothing else is taken any more."""
        self.check_deprovision(message, now)
        self.begin_deprovisioning(message.by, message.reason, now, message)
