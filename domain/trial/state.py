"""One trial: consent, use, conversion; its end is in `grace.py`. domain.md §5. Pure, no personal data."""

from datetime import date, datetime, timedelta
from typing import Final, Self

from domain.deadlines import Deadline
from domain.mails import Role, numbered
from domain.reasons import Reason
from domain.regions import data_region
from domain.trial.grace import GRACE_END, LAST_CALL, NUMBERS, TrialGrace
from domain.trial.mails import TrialMail
from domain.trial.messages import (
    EDITIONS,
    AcceptTrial,
    CancelTrial,
    ConvertTrial,
    DeclineTrial,
    EditServices,
    ExtendTrial,
    GiveDetails,
    ReportServicesBuilt,
    ResendConsent,
    Service,
    StartTrial,
    TrialKind,
    WithdrawTrial,
)
from domain.trial.start_people import customer_side, partner_side, told_as_customer, users_of
from domain.trial.states import RUNNING, TrialEvent
from domain.values import Refused, in_days
from domain.working_time import end_of_day, local_day

__all__ = (
    "CONSENT",
    "EXPIRED",
    "EXPIRES_TODAY",
    "EXPIRY",
    "GRACE_END",
    "LAST_CALL",
    "NUMBERS",
    "WARNING",
    "TrialState",
)
"""A trial's deadlines by name, wherever they are set."""

CONSENT = "consent_lapses"
EXPIRY = "expiry"
WARNING = "expiring"
EXPIRES_TODAY = "expires_today"
EXPIRED = "expired"

AT_THE_LAST_LOOK: Final = "found at the last look before the loss"


class TrialState(TrialGrace):
    """Where one trial stands. Every method that changes it checks first and then changes it in one step."""

    @classmethod
    def placed(cls, start: StartTrial, now: datetime) -> Self:
        """Acknowledged: known, and not yet checked against what the store knows."""
        administrators = customer_side(start)
        state = cls(
            trial_id=start.trial_id,
            kind=start.kind,
            policy=start.policy,
            customer_id=start.customer.id,
            partner_id=start.partner.id,
            country=start.customer.country,
            zone=start.customer.zone,
            customer_administrators=len(administrators),
            full_administrators=tuple(number for number, known in enumerate(administrators) if known.full),
            partner_administrators=len(partner_side(start)),
            told_as_customer=told_as_customer(start),
            users=len(users_of(start)),
            licences=start.licences,
            purchased=start.purchased,
            days=start.days or start.policy.length.days,
            services=start.services,
            tried=start.services,
            site=start.site,
            devices=tuple(device.device_id for device in start.devices),
        )
        region = data_region(start.customer.country)
        state.journal.note("trial.acknowledged", now, start, kind=start.kind, region=region)
        return state

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
                self._post_to_customer(TrialMail.TRIAL_STARTED)

    def _request_consent(self, now: datetime) -> None:
        self._move(TrialEvent.CONSENT_REQUESTED, now)
        self.consent_requested_at = now
        lapses_at = end_of_day(local_day(now, self.rules) + self.policy.consent_window, self.rules)
        self.agenda.arm(Deadline(kind=CONSENT, at=lapses_at, label="Consent lapses: cancel the trial"))
        self._post_consent()

    def _post_consent(self) -> None:
        """To a full administrator alone, else to the address given and to all full administrators. TRL-24, AMB-7."""
        self.consent_requests += 1
        readers = [0] if 0 in self.full_administrators else [0, *self.full_administrators]
        lapses_at = next((deadline.at for deadline in self.agenda.pending if deadline.kind == CONSENT), None)
        for number in readers:
            to = numbered(Role.CUSTOMER_ADMINISTRATOR, number)
            self.post(TrialMail.TRIAL_CONSENT, str(self.consent_requests), lapses_at, to)

    def accept(self, message: AcceptTrial, now: datetime) -> None:
        """With the box the partner manages users and licences too, without it only provisions. TRL-25 to TRL-28."""
        self.check_stage("accept")
        self.partner_access = "full_administrator" if message.full_administrator else "provisioning_administrator"
        self._move(TrialEvent.CONSENT_GIVEN, now, message, partner_access=self.partner_access)
        self.consented_at = now
        self.agenda.disarm(CONSENT)

    def decline(self, message: DeclineTrial, now: datetime) -> None:
        """As the lapse, at once. AMB-10."""
        self._close(TrialEvent.CONSENT_DECLINED, now, "declined", message)

    def consent_lapsed(self, now: datetime) -> None:
        """Nobody answered in 10 days: cancelled, and off the partner's list. TRL-31."""
        self._close(TrialEvent.CONSENT_LAPSED, now, "consent lapsed")
        if self.policy.tell_partner_of_lapsed_consent:
            self._post_to_partner(TrialMail.TRIAL_CONSENT_LAPSED)

    def resend(self, message: ResendConsent, now: datetime) -> None:
        """The same mail again; the 10 days go on. After the consent it is a copy of what was accepted. TRL-30."""
        self.check_stage("resend")
        self._post_consent()
        self.journal.note(TrialEvent.CONSENT_RESENT, now, message, number=self.consent_requests)

    def withdraw(self, message: WithdrawTrial, now: datetime) -> None:
        """The link between partner and customer goes, never the organization. TRL-30, AMB-8."""
        self._close(TrialEvent.WITHDRAWN, now, "withdrawn", message)

    def give_details(self, message: GiveDetails, now: datetime) -> None:
        """Services can be built. TRL-29."""
        self._move(TrialEvent.DETAILS_GIVEN, now, message)

    def check_report_services_built(self, message: ReportServicesBuilt, _now: datetime) -> None:
        """Only services of this trial, each once. TRL-17."""
        self.check_stage("report_services_built")
        for service in message.services:
            if service not in self.services:
                raise Refused(f"{service} is not part of this trial", field="services", code=Reason.UNKNOWN)
            if service in self.built:
                raise Refused(f"{service} is built already", field="services", code=Reason.ALREADY_DONE)

    def report_services_built(self, message: ReportServicesBuilt, now: datetime) -> None:
        """When ALL are built the trial is active and the new administrator is welcomed. TRL-17."""
        self.check_report_services_built(message, now)
        self.built = tuple(service for service in self.services if service in {*self.built, *message.services})
        self.journal.note(TrialEvent.SERVICES_BUILT, now, message, services=", ".join(message.services))
        if self.built == self.services:
            self._activate(now)
            self.post(TrialMail.TRIAL_WELCOME, to=numbered(Role.CUSTOMER_ADMINISTRATOR, 0))

    def _activate(self, now: datetime) -> None:
        self.activated_at = now
        self._move(TrialEvent.ACTIVATED, now)
        self._expire_on(local_day(now, self.rules) + timedelta(days=self.days))

    # Running.

    def _expire_on(self, day: date) -> None:
        """Warnings and expiry are due for this E, and for no other. AMB-43."""
        self.agenda.disarm_ladder(EXPIRY)
        self.expires_on = day
        for before in self.policy.warnings:
            at, label = self.notice_at(day - before), f"Expiry warning, {in_days(before)} before"
            self.agenda.arm(Deadline(kind=WARNING, day=day, days=before.days, at=at, ladder=EXPIRY, label=label))
        at, label = self.notice_at(day), "Expiry notice, on the last day"
        self.agenda.arm(Deadline(kind=EXPIRES_TODAY, day=day, at=at, ladder=EXPIRY, label=label))
        at, label = end_of_day(day, self.rules), "Trial expires: grace begins"
        self.agenda.arm(Deadline(kind=EXPIRED, day=day, at=at, ladder=EXPIRY, label=label))

    def warn(self, deadline: Deadline, now: datetime) -> None:
        """Some days before E: customer and partner administrators, each once for this E. TRL-71, TRL-73."""
        self.journal.note("trial.expiry_warned", now, expires_on=self.expires_on)
        self._post_to_customer(TrialMail.TRIAL_EXPIRING, str(deadline.days), self.expires_at, deadline.day)
        self._post_to_partner(TrialMail.TRIAL_EXPIRING_PARTNER, str(deadline.days), self.expires_at, deadline.day)

    def expires_today(self, now: datetime) -> None:
        """The morning of E: whoever was warned is told once more. TRL-71, TRL-73, AMB-47."""
        self.journal.note("trial.expires_today", now, expires_on=self.expires_on)
        self._tell_of_expiry()

    def check_extend(self, message: ExtendTrial, now: datetime) -> None:
        """From today, at most 30 days; shorter only when said so. TRL-50, AMB-11."""
        self.check_stage("extend")
        most = self.policy.longest_extension.days
        if message.days > most:
            raise Refused(f"at most {most} days from today (TRL-50)", field="days", code=Reason.TOO_LARGE)
        new = local_day(now, self.rules) + timedelta(days=message.days)
        if self.expires_on and new < self.expires_on and not message.confirm_shorten:
            raise Refused(
                f"the new expiry {new} is earlier than {self.expires_on}: days count from today, not from the expiry; "
                "say confirm_shorten: true if that is meant (TRL-50, AMB-11)",
                field="confirm_shorten",
                code=Reason.UNCONFIRMED,
            )

    def extend(self, message: ExtendTrial, now: datetime) -> None:
        """New E = today + days; both dates are kept in the record. AMB-11."""
        self.check_extend(message, now)
        new = local_day(now, self.rules) + timedelta(days=message.days)
        self._move(TrialEvent.EXTENDED, now, message, was=self.expires_on, expires_on=new)
        self._expire_on(new)

    def check_edit_services(self, message: EditServices, _now: datetime) -> None:
        """Something must remain; what is removed must be there, what is added not. TRL-51."""
        self.check_stage("edit_services")
        for service in message.remove:
            if service not in self.services:
                raise Refused(f"{service} is not part of this trial", field="remove", code=Reason.UNKNOWN)
        for service in message.add:
            if service in self.services:
                raise Refused(f"{service} is part of this trial already", field="add", code=Reason.ALREADY_DONE)
            if message.add.count(service) > 1:
                raise Refused(f"{service} is named twice", field="add", code=Reason.CONTRADICTION)
        kept = set(self.services) - set(message.remove)
        if not kept and not message.add:
            raise Refused(
                "at least one service must remain; cancel the trial instead (TRL-52)",
                field="remove",
                code=Reason.MISSING,
            )
        if {*kept, *message.add} >= EDITIONS:
            raise Refused(
                "meetings and meetings_enterprise are one service in two editions (AMB-52)",
                field="add",
                code=Reason.DOES_NOT_FIT,
            )

    def edit_services(self, message: EditServices, now: datetime) -> None:
        """Services added take the trial's E. TRL-51, AMB-44."""
        self.check_edit_services(message, now)
        kept = [service for service in self.services if service not in message.remove]
        self.services = (*kept, *message.add)
        self.tried = (*self.tried, *(service for service in message.add if service not in self.tried))
        if Service.MEETINGS_ENTERPRISE not in kept:
            self.site = message.site
        self._move(TrialEvent.EDITED, now, message, services=", ".join(self.services))

    def check_cancel(self, message: CancelTrial, _now: datetime) -> None:
        """Asked twice, as the hub does. TRL-52."""
        self.check_stage("cancel")
        if not message.confirm:
            raise Refused(
                "must be true: a cancelled trial ends at once, without grace (TRL-52)",
                field="confirm",
                code=Reason.UNCONFIRMED,
            )

    def cancel(self, message: CancelTrial, now: datetime) -> None:
        """The end, at once. AMB-12."""
        self.check_cancel(message, now)
        self._close(TrialEvent.CANCELLED, now, message.reason, message)

    def check_convert(self, message: ConvertTrial, _now: datetime) -> None:
        """By a Tier-1, with every service in use in the paid order; until grace is over. TRL-61, TRL-63, TRL-66."""
        self.check_stage("convert")
        if message.tier != 1:
            raise Refused(
                "a Tier-2 partner has to ask its distributor to convert (TRL-61)", field="tier", code=Reason.NOT_ALLOWED
            )
        missing = [service for service in self.services if service not in message.services]
        if missing:
            raise Refused(
                f"in use and not in the paid order: {', '.join(missing)} (TRL-63)",
                field="services",
                code=Reason.MISSING,
            )
        if message.by_a_renewal:
            why = "a renewal converts no trial: place a new order (TRL-60)"
            raise Refused(why, field="order.kind", code=Reason.DOES_NOT_CONVERT)
        if message.order and message.order.customer.id != self.customer_id:
            raise Refused(
                "is another customer than the trial's (TRL-65)", field="order.customer.id", code=Reason.ANOTHER_CUSTOMER
            )

    def convert(self, message: ConvertTrial, now: datetime) -> None:
        """Paid from here on; usage data are kept, devices go back. TRL-60, TRL-67."""
        self.check_convert(message, now)
        self.order_number = message.number
        self._close(TrialEvent.CONVERTED, now, None, message, order=message.number, usage_data="kept")
        self.post(TrialMail.TRIAL_SETUP)

    def convert_by(self, order_number: str, now: datetime, why: str = AT_THE_LAST_LOOK) -> None:
        """A paid order that names the trial shipped, or the last look found it: nothing is lost; the partner sets the
        services up. TRL-62, TRL-66, AMB-53."""
        self.order_number = order_number
        self._close(TrialEvent.CONVERTED, now, why, None, order=order_number, usage_data="kept")
        self.post(TrialMail.TRIAL_SETUP, to=numbered(Role.PARTNER_ADMINISTRATOR, 0))

    def paid_order_reported(self, order_number: str, refused: str | None, now: datetime) -> None:
        """An order says that it shipped; `refused` is what the store has against that. AMB-53."""
        why = refused or (None if self.stage in RUNNING else f"the trial is {self.stage}")
        if why is None:
            self.convert_by(order_number, now, "the paid order that names it shipped")
        else:
            self.journal.note("trial.paid_order_ignored", now, order=order_number, why=why)
