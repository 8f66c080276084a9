"""One trial: consent, use, expiry, grace, loss. domain.md §5. Pure, no personal data."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Self

from pydantic import AwareDatetime

from domain.agenda import Deadline
from domain.mails import Lifecycle, MailKind, Role, numbered
from domain.trial.dates import TrialDates
from domain.trial.messages import (
    AcceptTrial,
    CancelTrial,
    ConvertTrial,
    DeclineTrial,
    EditServices,
    ExtendTrial,
    GiveDetails,
    MeetingSite,
    ReportServicesBuilt,
    ResendConsent,
    Service,
    StartTrial,
    TrialKind,
    WithdrawTrial,
)
from domain.trial.regions import data_region
from domain.trial.states import CLOSED, TrialEvent, TrialStage, after
from domain.values import Message, Refused, in_days
from domain.working_time import end_of_day, local_day

CONSENT = "consent_lapses"
EXPIRY = "expiry"
WARNING = "expiring"
EXPIRED = "expired"
LAST_CALL = "last_call"
GRACE_END = "grace_ends"
NUMBERS = "numbers_released"

LOSSES: Final[Mapping[str, frozenset[Service]]] = {
    "users_moved": frozenset(Service),
    "licences_removed": frozenset(Service),
    "site_url_released": frozenset({Service.MEETINGS, Service.MEETINGS_ENTERPRISE}),
    "roles_removed": frozenset(Service),
    "calling_configuration_removed": frozenset({Service.CALLING}),
}
"""What is lost for good when grace ends, step by step, and for which services. TRL-77, TRL-78."""

NUMBERS_RELEASED = "numbers_released"


class TrialLife(TrialDates):
    """Where one trial stands. Every method that changes it checks first and then changes it in one step."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.TRIAL

    trial_id: str
    kind: TrialKind
    customer_id: str
    partner_id: str
    country: str
    customer_administrators: int
    full_administrators: tuple[int, ...]
    """Numbers of the customer administrators who may accept. TRL-24."""

    partner_administrators: int
    users: int
    days: int
    """Length in days, from the start or the policy. AMB-6."""

    services: tuple[Service, ...]
    site: MeetingSite | None = None
    """Of the Enterprise Edition. TRL-14."""

    built: tuple[Service, ...] = ()
    devices: tuple[str, ...] = ()
    stage: TrialStage = TrialStage.ACKNOWLEDGED
    consent_requested_at: AwareDatetime | None = None
    consent_requests: int = 0
    consented_at: AwareDatetime | None = None
    partner_access: str | None = None
    """`full_administrator` or `provisioning_administrator`, as granted. TRL-27, TRL-28."""

    activated_at: AwareDatetime | None = None
    expired_at: AwareDatetime | None = None
    loss_announced: bool = False
    """Whoever can still stop it was told what will be lost. TRL-78."""

    grace_over: bool = False
    """The end of grace was reached; what is lost is lost after one last look."""

    lapsed_at: AwareDatetime | None = None
    lost: tuple[str, ...] = ()
    closed_at: AwareDatetime | None = None
    closing_reason: str | None = None
    order_number: str | None = None

    @classmethod
    def placed(cls, start: StartTrial, now: datetime) -> Self:
        """Acknowledged: known, and not yet checked against what the store knows."""
        full = [0] if start.contact_is_full_administrator else []
        full += [number for number, known in enumerate(start.administrators, 1) if known.full]
        life = cls(
            trial_id=start.trial_id,
            kind=start.kind,
            policy=start.policy,
            customer_id=start.customer.id,
            partner_id=start.partner.id,
            country=start.customer.country,
            zone=start.customer.zone,
            customer_administrators=1 + len(start.administrators),
            full_administrators=tuple(full),
            partner_administrators=1 + len(start.partner_administrators),
            users=len(start.users),
            days=start.days or start.policy.length.days,
            services=start.services,
            tried=start.services,
            site=start.site,
            devices=tuple(device.device_id for device in start.devices),
        )
        region = data_region(start.customer.country)
        life.journal.note("trial.acknowledged", now, start, kind=start.kind, region=region)
        return life

    @property
    def subject(self) -> str:
        """Its id."""
        return self.trial_id

    @property
    def closed(self) -> bool:
        """Nothing will happen to it any more; a lapsed trial still has to lose what it loses."""
        return self.stage in CLOSED and not self.losses_to_come

    # Start and consent.

    def begin(self, now: datetime) -> None:
        """The three starts part here. TRL-16, TRL-23, TRL-43."""
        match self.kind:
            case TrialKind.NEW_CUSTOMER:
                self._move(TrialEvent.PROVISIONING_STARTED, now)
            case TrialKind.EXISTING_CUSTOMER:
                self._request_consent(now)
            case TrialKind.PAYING_CUSTOMER:
                self._activate(now)
                self._post_to_customer(MailKind.TRIAL_STARTED)

    def _request_consent(self, now: datetime) -> None:
        self._move(TrialEvent.CONSENT_REQUESTED, now)
        self.consent_requested_at = now
        lapses_at = end_of_day(local_day(now, self.zone) + self.policy.consent_window, self.zone)
        self.agenda.arm(Deadline(name=CONSENT, at=lapses_at, label="Consent lapses: cancel the trial"))
        self._post_consent()

    def _post_consent(self) -> None:
        """To a full administrator alone, else to the address given and to all full administrators. TRL-24, AMB-7."""
        self.consent_requests += 1
        readers = [0] if 0 in self.full_administrators else [0, *self.full_administrators]
        lapses = next(deadline for deadline in self.agenda.pending if deadline.name == CONSENT)
        for number in readers:
            to = numbered(Role.CUSTOMER_ADMINISTRATOR, number)
            self.post(MailKind.TRIAL_CONSENT, str(self.consent_requests), lapses.at, to)

    def check_accept(self, _message: AcceptTrial) -> None:
        """Possible while consent is awaited. TRL-25."""
        after(self.stage, TrialEvent.CONSENT_GIVEN)

    def accept(self, message: AcceptTrial, now: datetime) -> None:
        """With the box the partner manages users and licences too, without it only provisions. TRL-27, TRL-28."""
        self.check_accept(message)
        self.partner_access = "full_administrator" if message.full_administrator else "provisioning_administrator"
        self._move(TrialEvent.CONSENT_GIVEN, now, message, partner_access=self.partner_access)
        self.consented_at = now
        self.agenda.disarm(CONSENT)

    def check_decline(self, _message: DeclineTrial) -> None:
        """Possible while consent is awaited. AMB-10."""
        after(self.stage, TrialEvent.CONSENT_DECLINED)

    def decline(self, message: DeclineTrial, now: datetime) -> None:
        """As the lapse, at once. AMB-10."""
        self._close(TrialEvent.CONSENT_DECLINED, now, "declined", message)

    def consent_lapsed(self, now: datetime) -> None:
        """Nobody answered in 10 days: cancelled, and off the partner's list. TRL-31."""
        self._close(TrialEvent.CONSENT_LAPSED, now, "consent lapsed")
        if self.policy.tell_partner_of_lapsed_consent:
            self._post_to_partner(MailKind.TRIAL_CONSENT_LAPSED)

    def check_resend(self, _message: ResendConsent) -> None:
        """Possible while consent is awaited. TRL-30."""
        if self.stage is not TrialStage.AWAITING_CONSENT:
            raise Refused(f"cannot resend the consent mail: the trial is {self.stage}, nobody's consent is awaited")

    def resend(self, message: ResendConsent, now: datetime) -> None:
        """The same mail again; the 10 days go on. AMB-9."""
        self.check_resend(message)
        self._post_consent()
        self.journal.note("trial.consent_resent", now, message, number=self.consent_requests)

    def check_withdraw(self, _message: WithdrawTrial) -> None:
        """Possible until the details are given. TRL-30."""
        after(self.stage, TrialEvent.WITHDRAWN)

    def withdraw(self, message: WithdrawTrial, now: datetime) -> None:
        """The link between partner and customer goes, never the organization. TRL-30, AMB-8."""
        self._close(TrialEvent.WITHDRAWN, now, "withdrawn", message)

    def check_give_details(self, _message: GiveDetails) -> None:
        """Possible after consent. TRL-29."""
        after(self.stage, TrialEvent.DETAILS_GIVEN)

    def give_details(self, message: GiveDetails, now: datetime) -> None:
        """Services can be built."""
        self._move(TrialEvent.DETAILS_GIVEN, now, message)

    def check_services_built(self, message: ReportServicesBuilt) -> None:
        """Only services of this trial, each once. TRL-17."""
        after(self.stage, TrialEvent.ACTIVATED)
        for service in message.services:
            if service not in self.services:
                raise Refused(f"{service} is not part of this trial", field="services")
            if service in self.built:
                raise Refused(f"{service} is built already", field="services")

    def services_built(self, message: ReportServicesBuilt, now: datetime) -> None:
        """When ALL are built the trial is active and the new administrator is welcomed. TRL-17."""
        self.check_services_built(message)
        self.built = tuple(service for service in self.services if service in {*self.built, *message.services})
        self.journal.note("trial.services_built", now, message, services=", ".join(message.services))
        if self.built == self.services:
            self._activate(now)
            self.post(MailKind.TRIAL_WELCOME, to=numbered(Role.CUSTOMER_ADMINISTRATOR, 0))

    def _activate(self, now: datetime) -> None:
        self.activated_at = now
        self._move(TrialEvent.ACTIVATED, now)
        self._expire_on(local_day(now, self.zone) + timedelta(days=self.days))

    # Running.

    def _expire_on(self, day: date) -> None:
        """Warnings and expiry are due for this E, and for no other. AMB-43."""
        self.agenda.disarm_ladder(EXPIRY)
        self.expires_on = day
        for before in self.policy.warnings:
            at = end_of_day(day - before, self.zone)
            name = f"{WARNING}/{day}/{before.days}"
            label = f"Expiry warning, {in_days(before)} before"
            self.agenda.arm(Deadline(name=name, at=at, ladder=EXPIRY, label=label))
        at = end_of_day(day, self.zone)
        self.agenda.arm(Deadline(name=f"{EXPIRED}/{day}", at=at, ladder=EXPIRY, label="Trial expires: grace begins"))

    def warn(self, deadline: Deadline, now: datetime) -> None:
        """E minus 7 days: customer and partner administrators, each once for this E. TRL-71, TRL-73."""
        self.journal.note("trial.expiry_warned", now, expires_on=self.expires_on)
        occurrence = deadline.name.removeprefix(f"{WARNING}/")
        self._post_to_customer(MailKind.TRIAL_EXPIRING, occurrence, self.expires_at)
        self._post_to_partner(MailKind.TRIAL_EXPIRING_PARTNER, occurrence, self.expires_at)

    def expire(self, now: datetime) -> None:
        """E is over: the Expired tag, mails, and 30 days of grace. TRL-71 to TRL-76."""
        self._move(TrialEvent.EXPIRED, now, expires_on=self.expires_on, grace_access=self.policy.grace_access)
        self.expired_at = now
        grace_ends_on = (self.expires_on or local_day(now, self.zone)) + self.policy.grace
        for before in self.policy.last_call:
            at = end_of_day(grace_ends_on - before, self.zone)
            label = f"Last call, {in_days(before)} before the loss"
            self.agenda.arm(Deadline(name=f"{LAST_CALL}/{before.days}", at=at, ladder=LAST_CALL, label=label))
        self._end_grace_on(grace_ends_on)
        self._post_to_customer(MailKind.TRIAL_EXPIRED, str(self.expires_on), self.expires_at)
        self._post_to_partner(MailKind.TRIAL_EXPIRED_PARTNER, str(self.expires_on), self.expires_at)

    def _end_grace_on(self, day: date) -> None:
        label = "Grace ends: the trial is lost for good"
        deadline = Deadline(name=GRACE_END, at=end_of_day(day, self.zone), ladder=LAST_CALL, label=label)
        self.agenda.arm(deadline, again=True)

    def call_last(self, deadline: Deadline, now: datetime) -> None:
        """What cannot be undone is announced to whoever can still stop it. TRL-78."""
        self._announce_loss(deadline.name, now)

    def _announce_loss(self, occurrence: str, now: datetime) -> None:
        self.loss_announced = True
        self.journal.note("trial.loss_announced", now, grace_ends_at=self.grace_ends_at)
        self._post_to_customer(MailKind.TRIAL_LAST_CALL, occurrence, self.grace_ends_at)
        self._post_to_partner(MailKind.TRIAL_LAST_CALL, occurrence, self.grace_ends_at)

    def check_extend(self, message: ExtendTrial, now: datetime) -> None:
        """From today, at most 30 days; shorter only when said so. TRL-50, AMB-11."""
        after(self.stage, TrialEvent.EXTENDED)
        most = self.policy.longest_extension.days
        if message.days > most:
            raise Refused(f"at most {most} days from today (TRL-50)", field="days")
        new = local_day(now, self.zone) + timedelta(days=message.days)
        if self.expires_on and new < self.expires_on and not message.confirm_shorten:
            raise Refused(
                f"the new expiry {new} is earlier than {self.expires_on}: days count from today, not from the expiry; "
                "say confirm_shorten: true if that is meant (TRL-50, AMB-11)",
                field="confirm_shorten",
            )

    def extend(self, message: ExtendTrial, now: datetime) -> None:
        """New E = today + days; both dates are kept in the record. AMB-11."""
        self.check_extend(message, now)
        new = local_day(now, self.zone) + timedelta(days=message.days)
        self._move(TrialEvent.EXTENDED, now, message, was=self.expires_on, expires_on=new)
        self._expire_on(new)

    def check_edit(self, message: EditServices) -> None:
        """Something must remain; what is removed must be there, what is added not. TRL-51."""
        after(self.stage, TrialEvent.EDITED)
        for service in message.remove:
            if service not in self.services:
                raise Refused(f"{service} is not part of this trial", field="remove")
        for service in message.add:
            if service in self.services:
                raise Refused(f"{service} is part of this trial already", field="add")
        if not set(self.services) - set(message.remove) and not message.add:
            raise Refused("at least one service must remain; cancel the trial instead (TRL-52)", field="remove")

    def edit(self, message: EditServices, now: datetime) -> None:
        """Services added take the trial's E. TRL-51, AMB-44."""
        self.check_edit(message)
        kept = [service for service in self.services if service not in message.remove]
        self.services = (*kept, *message.add)
        self.tried = (*self.tried, *(service for service in message.add if service not in self.tried))
        if Service.MEETINGS_ENTERPRISE not in kept:
            self.site = message.site
        self._move(TrialEvent.EDITED, now, message, services=", ".join(self.services))

    def check_cancel(self, message: CancelTrial) -> None:
        """Asked twice, as the hub does. TRL-52."""
        after(self.stage, TrialEvent.CANCELLED)
        if not message.confirm:
            raise Refused("must be true: a cancelled trial ends at once, without grace (TRL-52)", field="confirm")

    def cancel(self, message: CancelTrial, now: datetime) -> None:
        """The end, at once. AMB-12."""
        self.check_cancel(message)
        self._close(TrialEvent.CANCELLED, now, message.reason, message)

    def check_convert(self, message: ConvertTrial) -> None:
        """By a Tier-1, with every service in use in the paid order; until grace is over. TRL-61, TRL-63, TRL-66."""
        after(self.stage, TrialEvent.CONVERTED)
        if message.tier != 1:
            raise Refused("a Tier-2 partner has to ask its distributor to convert (TRL-61)", field="tier")
        missing = [service for service in self.services if service not in message.services]
        if missing:
            raise Refused(f"in use and not in the paid order: {', '.join(missing)} (TRL-63)", field="services")
        if message.order and message.order.customer.id != self.customer_id:
            raise Refused("is another customer than the trial's (TRL-65)", field="order.customer.id")

    def convert(self, message: ConvertTrial, now: datetime) -> None:
        """Paid from here on; usage data are kept, devices go back. TRL-60, TRL-67."""
        self.check_convert(message)
        self.order_number = message.number
        self._close(TrialEvent.CONVERTED, now, None, message, order=message.number, usage_data="kept")
        self.post(MailKind.TRIAL_SETUP)

    def convert_by(self, order_number: str, now: datetime) -> None:
        """The last look found the paid order: nothing is lost; the partner sets the services up. TRL-62, TRL-66."""
        self.order_number = order_number
        self._close(TrialEvent.CONVERTED, now, "found at the last look before the loss", None, order=order_number)
        self.post(MailKind.TRIAL_SETUP, to=numbered(Role.PARTNER_ADMINISTRATOR, 0))

    # The end.

    def grace_ended(self, now: datetime) -> None:
        """The moment is reached; one last look decides. But nothing is lost that nobody was told of. TRL-77, TRL-78."""
        if self.policy.last_call and not self.loss_announced:
            self._announce_late(now)
        else:
            self.grace_over = True
            self.journal.note("trial.grace_end_reached", now, grace_ends_at=self.grace_ends_at)

    def _announce_late(self, now: datetime) -> None:
        """An operator held the trial, or nothing ran: grace goes on for as long as the shortest announcement."""
        self.grace_moved_to = local_day(now, self.zone) + min(self.policy.last_call)
        self.journal.note("trial.grace_prolonged", now, grace_ends_at=self.grace_ends_at)
        self._end_grace_on(self.grace_moved_to)
        self._announce_loss(f"{LAST_CALL}/late", now)

    def lapse(self, now: datetime) -> None:
        """Irreversible from here: conversion is refused, the losses follow. TRL-77, TRL-78."""
        self._move(TrialEvent.GRACE_ENDED, now)
        self.lapsed_at = now
        if self.numbers_until is None:
            self.closed_at = now
            return
        self._move(TrialEvent.NUMBERS_RETAINED, now, until=self.numbers_until)
        self.agenda.arm(Deadline(name=NUMBERS, at=self.numbers_until, label="Phone numbers are released"))

    @property
    def losses_to_come(self) -> tuple[str, ...]:
        """Steps of the loss not taken yet, of the services there were."""
        if not self.stage.startswith(TrialStage.LAPSED):
            return ()
        return tuple(step for step, of in LOSSES.items() if of & set(self.tried) and step not in self.lost)

    def has_lost(self, step: str, now: datetime) -> None:
        """One step of the loss was taken; after the last the users are told. TRL-75."""
        self.lost = (*self.lost, step)
        self.journal.note("trial.lost", now, what=step)
        if not self.losses_to_come:
            for number in range(self.users):
                self.post(MailKind.TRIAL_ACCESS_ENDED, to=numbered(Role.TRIAL_USER, number))

    def release_numbers(self, now: datetime) -> None:
        """E + 45 days, never before. TRL-80, AMB-13."""
        self._move(TrialEvent.NUMBERS_RELEASED, now)
        self.closed_at = now

    def _post_to_customer(self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None) -> None:
        for number in range(self.customer_administrators):
            self.post(kind, occurrence, due_at, numbered(Role.CUSTOMER_ADMINISTRATOR, number))

    def _post_to_partner(self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None) -> None:
        for number in range(self.partner_administrators):
            self.post(kind, occurrence, due_at, numbered(Role.PARTNER_ADMINISTRATOR, number))

    def _close(
        self, event: TrialEvent, now: datetime, reason: str | None, message: Message | None = None, **data: object
    ) -> None:
        self._move(event, now, message, **data)
        self.closed_at, self.closing_reason = now, reason
        self.agenda.disarm(*(deadline.name for deadline in self.agenda.pending))

    def _move(self, event: TrialEvent, now: datetime, message: Message | None = None, **data: object) -> None:
        self.stage = after(self.stage, event)
        self.journal.note(event, now, message, stage=self.stage, **data)
