"""One device on loan for a trial: out, in use, due back, back. domain.md §5.8. Pure, no personal data."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Self

from pydantic import AwareDatetime

from domain.deadlines import Deadline
from domain.device.carriers import ReturnWay, return_way
from domain.device.mails import DeviceMail
from domain.device.messages import (
    UPDATES,
    AskForReturnPapers,
    HandOver,
    ReportDelivered,
    ReportReceived,
    StartDeviceLoan,
)
from domain.device.policy import DevicePolicy
from domain.device.states import OUT, TABLE, DeviceEvent, DeviceStage
from domain.events import TaskKind
from domain.lifecycle import Lifecycle, LifecycleState
from domain.mails import MailKind, Role, numbered
from domain.operator import ExtendDueDate
from domain.reasons import Reason
from domain.regions import data_region
from domain.values import Model, Refused, in_days
from domain.working_time import Zone, ZoneRules, at_local_time, end_of_day, in_json, in_utc, local_day

EXPIRY = "device_expires"
REMINDERS = "device_reminder"
RETURN_DUE = "device_return_due"

EXPIRED_BEFORE = "device_expired_before_loan"
"""The loan began after the EULA mail's date: the trial waited that long for consent or for its services."""


def check_expires_on(expires_on: datetime, zone: Zone, now: datetime, field: str = "expires_on") -> None:
    """Who asks for a loan at `now` gives a day still to come on the customer's calendar, or today. TRL-90, AMB-39."""
    day = local_day(expires_on, zone)
    if day < local_day(now, zone):
        raise Refused(
            f"the EULA mail's date {day} has passed: the device would be on loan no longer",
            field=field,
            code=Reason.WRONG_DATE,
        )


class PapersAsked(Model):
    """What one mail to the trials team names beside the organization. Form H, AMB-17."""

    administrator_email_given: bool
    serial_numbers: tuple[str, ...]


class DeviceState(LifecycleState):
    """Where one device is. Every method that changes it checks first and then changes it in one step."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.DEVICE
    mail_kinds: ClassVar = DeviceMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES
    movable: ClassVar[frozenset[str]] = frozenset({RETURN_DUE})
    courtesies: ClassVar[frozenset[str]] = frozenset({REMINDERS})

    device_id: str
    trial_id: str
    customer_id: str
    partner_id: str
    model: str
    serial_number: str
    trial_serial_numbers: tuple[str, ...]
    """Of all devices the trial lends, this one's too. TRL-95."""

    country: str
    expires_at: AwareDatetime
    """The end of the EULA mail's expiry date in the customer's zone. TRL-90."""

    return_due_at: AwareDatetime
    """Two weeks later, or when an operator says; two weeks from the loan's first day, if it began after that date.
    TRL-90, AMB-15."""

    customer_administrators: int
    partner_administrators: int
    policy: DevicePolicy
    stage: DeviceStage = DeviceStage.SHIPPED
    delivered_at: AwareDatetime | None = None
    handed_over: bool = False
    """Somebody reported it; a device may be back without that."""

    overdue: bool = False
    """The right device was not back when it had to be, wherever it was. TRL-90."""

    returned_serials: tuple[str, ...] = ()
    papers: tuple[PapersAsked, ...] = ()
    """As asked, first to last. TRL-95."""

    @classmethod
    def shipped(cls, start: StartDeviceLoan, now: datetime, rules: ZoneRules | None = None) -> Self:
        """On its way; the EULA mail says until when. `rules` are those of the customer's zone, as recorded."""
        where = rules or start.zone
        expires_on = local_day(start.expires_on, where)
        due_from = max(expires_on, local_day(now, where))
        state = cls(
            device_id=start.device_id,
            trial_id=start.trial_id,
            customer_id=start.customer_id,
            partner_id=start.partner_id,
            model=start.model,
            serial_number=start.serial_number,
            trial_serial_numbers=tuple(dict.fromkeys((*start.trial_serial_numbers, start.serial_number))),
            country=start.country,
            zone=start.zone,
            zone_rules=rules,
            expires_at=end_of_day(expires_on, where),
            return_due_at=end_of_day(due_from + start.policy.return_within, where),
            customer_administrators=start.customer_administrators,
            partner_administrators=start.partner_administrators,
            policy=start.policy,
        )
        state.journal.note("device.shipped", now, start, expires_at=state.expires_at)
        state._arm(now)
        state._post_to_customer(DeviceMail.DEVICE_EULA, due_at=state.return_due_at)
        if state.expires_at <= now:
            state._due_at_once(now)
        return state

    def _due_at_once(self, now: datetime) -> None:
        """Its date has passed: it goes back without having been lent, the customer is told, and somebody looks."""
        self.endanger(EXPIRED_BEFORE, now, self.expires_at)
        self.agenda.disarm(EXPIRY)
        self.expire(now)
        self._post_to_customer(DeviceMail.DEVICE_RETURN, EXPIRED_BEFORE, self.return_due_at)

    def _arm(self, now: datetime) -> None:
        self.agenda.arm(Deadline(kind=EXPIRY, at=self.expires_at, label="Device expires: it has to go back"))
        self._arm_reminders(now)
        self.agenda.arm(Deadline(kind=RETURN_DUE, at=self.return_due_at, label="Return due: then it is overdue"))

    def _arm_reminders(self, now: datetime) -> None:
        """Those still ahead, each once for this return date and for no other: nobody is reminded in arrears."""
        self.agenda.disarm_ladder(REMINDERS)
        last_day = local_day(self.return_due_at - timedelta.resolution, self.rules)
        for before in self.policy.reminders:
            at = at_local_time(last_day - before, self.policy.notices_at, self.rules)
            if at > now:
                label = f"Return reminder, {in_days(before)} before"
                reminder = Deadline(
                    kind=REMINDERS, day=last_day, days=before.days, at=at, ladder=REMINDERS, label=label
                )
                self.agenda.arm(reminder)

    @property
    def several(self) -> Mapping[Role, int]:
        """See base class."""
        return {
            Role.CUSTOMER_ADMINISTRATOR: self.customer_administrators,
            Role.PARTNER_ADMINISTRATOR: self.partner_administrators,
        }

    @property
    def subject(self) -> str:
        return self.device_id

    @property
    def attention(self) -> bool:
        return super().attention or self.stage is DeviceStage.SERIAL_MISMATCH

    @property
    def way_back(self) -> ReturnWay:
        """Whom the customer calls. TRL-91 to TRL-93, AMB-16."""
        return return_way(self.country, data_region(self.country), self.policy.other_carrier)

    def report_delivered(self, message: ReportDelivered, now: datetime) -> None:
        self._move(DeviceEvent.DELIVERED, now, message)
        self.delivered_at = now

    def expire(self, now: datetime) -> None:
        """From here two weeks to bring it back. TRL-90."""
        if self.stage in {DeviceStage.SHIPPED, DeviceStage.IN_USE}:
            self._move(DeviceEvent.EXPIRED, now, return_due_at=self.return_due_at)
            self._want_it_back(now)

    def trial_over(self, now: datetime) -> None:
        """The trial ended: the device has to go back, by the EULA mail's date. TRL-67, TRL-90."""
        if self.stage in {DeviceStage.SHIPPED, DeviceStage.IN_USE}:
            self.agenda.disarm(EXPIRY)
            self.expire(now)
            self._post_to_customer(DeviceMail.DEVICE_RETURN, "trial_over", self.return_due_at)

    def remind(self, deadline: Deadline, now: datetime) -> None:
        """The customer's administrators are told how and by when; past the date the partner is told instead."""
        if now >= self.return_due_at:
            self.journal.note("deadline.skipped", now, deadline=deadline.name, due_at=deadline.at)
            return
        self.journal.note("device.return_reminded", now, reminder=deadline.name)
        self._post_to_customer(DeviceMail.DEVICE_RETURN, deadline.name, self.return_due_at)

    def miss_return(self, now: datetime) -> None:
        """Overdue, also on its way back or when it was another one that came: the partner is told, and it is listed."""
        self.overdue = True
        self._move(DeviceEvent.RETURN_OVERDUE, now)
        self._want_it_back(now)
        self.endanger("device_overdue", now, self.return_due_at)
        for number in range(self.partner_administrators):
            to = numbered(Role.PARTNER_ADMINISTRATOR, number)
            self.post(DeviceMail.DEVICE_OVERDUE, due_at=self.return_due_at, to=to)

    def check_extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """Never before the device expires. TRL-90."""
        super().check_extend_due_date(message, now)
        if message.at < self.expires_at:
            raise Refused(
                f"must not lie before the device expires, {in_json(self.expires_at)}",
                field="at",
                code=Reason.WRONG_DATE,
            )

    def extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """The return is due then, for mails, list and overdue alike; while the customer has it, reminders follow."""
        super().extend_due_date(message, now)
        self.return_due_at = in_utc(message.at)
        if self.stage in OUT:
            self._arm_reminders(now)

    def hand_over(self, message: HandOver, now: datetime) -> None:
        """On its way back: no more reminders. It is due until the right one has arrived. TRL-90, TRL-94."""
        self._move(DeviceEvent.HANDED_OVER, now, message, carrier=self.way_back.carrier)
        self.handed_over = True
        self.agenda.disarm(EXPIRY)
        self.agenda.disarm_ladder(REMINDERS)

    def report_received(self, message: ReportReceived, now: datetime) -> None:
        """Also if nobody reported that it was handed over. The serial number must be the one that was shipped; else the
        customer still has it to return. TRL-94."""
        self.check_stage("report_received")
        self.returned_serials = (*self.returned_serials, message.serial_number)
        self.agenda.disarm(EXPIRY)
        if message.serial_number == self.serial_number:
            self._move(DeviceEvent.RECEIVED, now, message, serial_number=message.serial_number)
            self.agenda.disarm_all()
            self.journal.close_task(self._return_task, now)
        else:
            self._move(DeviceEvent.RECEIVED_OTHER, now, message, serial_number=message.serial_number)
            self._arm_reminders(now)
            self._want_it_back(now)

    def check_ask_for_papers(self, message: AskForReturnPapers, _now: datetime) -> None:
        """The customer's organization id and (administrator's address or ALL serial numbers). TRL-95, AMB-17."""
        if self.closed:
            raise Refused(f"the device is {self.stage}: no papers are needed", code=Reason.WRONG_STAGE)
        if message.organization_id != self.customer_id:
            raise Refused(
                f"must be the customer's, {self.customer_id} (TRL-95)",
                field="organization_id",
                code=Reason.DOES_NOT_FIT,
            )
        if message.administrator_email_given and not message.serial_numbers:
            return
        missing = [serial for serial in self.trial_serial_numbers if serial not in message.serial_numbers]
        if missing:
            raise Refused(
                f"must name all trial devices; missing: {', '.join(missing)} (TRL-95)",
                field="serial_numbers",
                code=Reason.MISSING,
            )

    def ask_for_papers(self, message: AskForReturnPapers, now: datetime) -> None:
        """The trials team is asked by mail, with what was given and nothing else."""
        self.check_ask_for_papers(message, now)
        asked = PapersAsked(
            administrator_email_given=message.administrator_email_given, serial_numbers=message.serial_numbers
        )
        self.papers = (*self.papers, asked)
        self.journal.note("device.papers_asked", now, message)
        self.post(DeviceMail.RMA_LOOKUP, str(len(self.papers)))

    def papers_of(self, occurrence: str) -> PapersAsked:
        """What that mail to the trials team names; they are numbered from 1."""
        return self.papers[int(occurrence) - 1]

    @property
    def _return_task(self) -> str:
        return f"return/{self.device_id}"

    def _want_it_back(self, now: datetime) -> None:
        """Somebody's task until the right device is back. TRL-67."""
        self.journal.open_task(self._return_task, TaskKind.RETURN_DEVICE, self.partner_id, now)

    def _post_to_customer(self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None) -> None:
        for number in range(self.customer_administrators):
            self.post(kind, occurrence, due_at, numbered(Role.CUSTOMER_ADMINISTRATOR, number))
