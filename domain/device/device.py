"""One device on loan for a trial: out, in use, due back, back. domain.md §5.8. Pure, no personal data."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from pydantic import AwareDatetime

from domain.agenda import Deadline
from domain.desk import ExtendDueDate
from domain.device.carriers import ReturnWay, return_way
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived, StartDeviceLoan
from domain.device.policy import DevicePolicy
from domain.device.states import OUT, DeviceEvent, DeviceStage, after
from domain.events import TaskKind
from domain.life import Life
from domain.mails import Lifecycle, MailKind, Role, numbered
from domain.trial.regions import data_region
from domain.values import Message, Model, Refused, in_days
from domain.working_time import end_of_day, in_utc, local_day

EXPIRY = "device_expires"
REMINDERS = "device_reminder"
RETURN_DUE = "device_return_due"


def check_expires_on(expires_on: datetime, zone: str, now: datetime, field: str = "expires_on") -> None:
    """Who asks for a loan at `now` gives a day still to come on the customer's calendar, or today. TRL-90, AMB-39."""
    day = local_day(expires_on, zone)
    if day < local_day(now, zone):
        raise Refused(f"the EULA mail's date {day} has passed: the device would be on loan no longer", field=field)


class PapersAsked(Model):
    """What one mail to the trials team names beside the organization. Form H, AMB-17."""

    administrator_email_given: bool
    serial_numbers: tuple[str, ...]


class DeviceLife(Life):
    """Where one device is. Every method that changes it checks first and then changes it in one step."""

    lifecycle: ClassVar[Lifecycle] = Lifecycle.DEVICE
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
    zone: str
    expires_at: AwareDatetime
    """The end of the EULA mail's expiry date in the customer's zone. TRL-90."""

    return_due_at: AwareDatetime
    """Two weeks later, or when an operator says. TRL-90, AMB-15."""

    customer_administrators: int
    partner_administrators: int
    policy: DevicePolicy
    stage: DeviceStage = DeviceStage.SHIPPED
    delivered_at: AwareDatetime | None = None
    overdue: bool = False
    """The right device was not back when it had to be, wherever it was. TRL-90."""

    returned_serials: tuple[str, ...] = ()
    papers: tuple[PapersAsked, ...] = ()
    """As asked, first to last. TRL-95."""

    @classmethod
    def shipped(cls, start: StartDeviceLoan, now: datetime) -> Self:
        """On its way; the EULA mail says until when."""
        expires_on = local_day(start.expires_on, start.zone)
        life = cls(
            device_id=start.device_id,
            trial_id=start.trial_id,
            customer_id=start.customer_id,
            partner_id=start.partner_id,
            model=start.model,
            serial_number=start.serial_number,
            trial_serial_numbers=tuple(dict.fromkeys((*start.trial_serial_numbers, start.serial_number))),
            country=start.country,
            zone=start.zone,
            expires_at=end_of_day(expires_on, start.zone),
            return_due_at=end_of_day(expires_on + start.policy.return_within, start.zone),
            customer_administrators=start.customer_administrators,
            partner_administrators=start.partner_administrators,
            policy=start.policy,
        )
        life.journal.note("device.shipped", now, start, expires_at=life.expires_at)
        life._arm(now)
        life._post_to_customer(MailKind.DEVICE_EULA, due_at=life.return_due_at)
        return life

    def _arm(self, now: datetime) -> None:
        self.agenda.arm(Deadline(name=EXPIRY, at=self.expires_at, label="Device expires: it has to go back"))
        self._arm_reminders(now)
        self.agenda.arm(Deadline(name=RETURN_DUE, at=self.return_due_at, label="Return due: then it is overdue"))

    def _arm_reminders(self, now: datetime) -> None:
        """Those still ahead, each once for this return date and for no other: nobody is reminded in arrears."""
        self.agenda.disarm_ladder(REMINDERS)
        last_day = local_day(self.return_due_at - timedelta.resolution, self.zone)
        for before in self.policy.reminders:
            at = end_of_day(last_day - before, self.zone)
            if at > now:
                name = f"{REMINDERS}/{last_day}/{before.days}"
                label = f"Return reminder, {in_days(before)} before"
                self.agenda.arm(Deadline(name=name, at=at, ladder=REMINDERS, label=label))

    @property
    def subject(self) -> str:
        """Its id."""
        return self.device_id

    @property
    def attention(self) -> bool:
        """Should somebody look?"""
        return super().attention or self.stage in {DeviceStage.OVERDUE, DeviceStage.SERIAL_MISMATCH}

    @property
    def closed(self) -> bool:
        """It is back, and the right one."""
        return self.stage is DeviceStage.MATCHED

    @property
    def way_back(self) -> ReturnWay:
        """Whom the customer calls. TRL-91 to TRL-93, AMB-16."""
        return return_way(self.country, data_region(self.country), self.policy.other_carrier)

    def check_delivered(self, _message: ReportDelivered) -> None:
        """Possible while it is on its way."""
        after(self.stage, DeviceEvent.DELIVERED)

    def delivered(self, message: ReportDelivered, now: datetime) -> None:
        """It arrived."""
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
            self._post_to_customer(MailKind.DEVICE_RETURN, "trial_over", self.return_due_at)

    def remind(self, deadline: Deadline, now: datetime) -> None:
        """The customer's administrators are told how and by when; past the date the partner is told instead."""
        if now >= self.return_due_at:
            self.journal.note("deadline.skipped", now, deadline=deadline.name, due_at=deadline.at)
            return
        self.journal.note("device.return_reminded", now, reminder=deadline.name)
        self._post_to_customer(MailKind.DEVICE_RETURN, deadline.name, self.return_due_at)

    def miss_return(self, now: datetime) -> None:
        """Overdue, also on its way back or when it was another one that came: the partner is told, and it is listed."""
        self.overdue = True
        self._move(DeviceEvent.RETURN_OVERDUE, now)
        self._want_it_back(now)
        self.endanger("device_overdue", now, self.return_due_at)
        for number in range(self.partner_administrators):
            to = numbered(Role.PARTNER_ADMINISTRATOR, number)
            self.post(MailKind.DEVICE_OVERDUE, due_at=self.return_due_at, to=to)

    def check_extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """Never before the device expires. TRL-90."""
        super().check_extend_due_date(message, now)
        if message.at < self.expires_at:
            raise Refused(f"must not lie before the device expires, {self.expires_at.isoformat()}", field="at")

    def extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """The return is due then, for mails, list and overdue alike; while the customer has it, reminders follow."""
        super().extend_due_date(message, now)
        self.return_due_at = in_utc(message.at)
        if self.stage in OUT:
            self._arm_reminders(now)

    def check_hand_over(self, _message: HandOver) -> None:
        """Possible while the customer has it."""
        after(self.stage, DeviceEvent.HANDED_OVER)

    def hand_over(self, message: HandOver, now: datetime) -> None:
        """On its way back: no more reminders. It is due until the right one has arrived. TRL-90, TRL-94."""
        self._move(DeviceEvent.HANDED_OVER, now, message, carrier=self.way_back.carrier)
        self.agenda.disarm(EXPIRY)
        self.agenda.disarm_ladder(REMINDERS)

    def check_received(self, _message: ReportReceived) -> None:
        """Possible while it is on its way back."""
        after(self.stage, DeviceEvent.RECEIVED)

    def received(self, message: ReportReceived, now: datetime) -> None:
        """The serial number must be the one that was shipped; else the customer still has it to return. TRL-94."""
        self.check_received(message)
        self.returned_serials = (*self.returned_serials, message.serial_number)
        if message.serial_number == self.serial_number:
            self._move(DeviceEvent.RECEIVED, now, message, serial_number=message.serial_number)
            self.agenda.disarm(RETURN_DUE)
            self.journal.close_task(self._return_task, now)
        else:
            self._move(DeviceEvent.RECEIVED_OTHER, now, message, serial_number=message.serial_number)
            self._arm_reminders(now)
            self._want_it_back(now)

    def check_ask_for_papers(self, message: AskForReturnPapers) -> None:
        """The customer's organization id and (administrator's address or ALL serial numbers). TRL-95, AMB-17."""
        if self.closed:
            raise Refused(f"the device is {self.stage}: no papers are needed")
        if message.organization_id != self.customer_id:
            raise Refused(f"must be the customer's, {self.customer_id} (TRL-95)", field="organization_id")
        if message.administrator_email_given and not message.serial_numbers:
            return
        missing = [serial for serial in self.trial_serial_numbers if serial not in message.serial_numbers]
        if missing:
            raise Refused(
                f"must name all trial devices; missing: {', '.join(missing)} (TRL-95)", field="serial_numbers"
            )

    def ask_for_papers(self, message: AskForReturnPapers, now: datetime) -> None:
        """The trials team is asked by mail, with what was given and nothing else."""
        self.check_ask_for_papers(message)
        asked = PapersAsked(
            administrator_email_given=message.administrator_email_given, serial_numbers=message.serial_numbers
        )
        self.papers = (*self.papers, asked)
        self.journal.note("device.papers_asked", now, message)
        self.post(MailKind.RMA_LOOKUP, str(len(self.papers)))

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

    def _move(self, event: DeviceEvent, now: datetime, message: Message | None = None, **data: object) -> None:
        self.stage = after(self.stage, event)
        self.journal.note(event, now, message, stage=self.stage, **data)
