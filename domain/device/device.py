"""One device on loan for a trial: out, in use, due back, back. domain.md §5.8. Pure, no personal data."""

from datetime import date, datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime

from domain.agenda import Deadline
from domain.device.carriers import ReturnWay, return_way
from domain.device.messages import AskForReturnPapers, HandOver, ReportDelivered, ReportReceived, StartDeviceLoan
from domain.device.policy import DevicePolicy
from domain.device.states import DeviceEvent, DeviceStage, after
from domain.life import Life
from domain.mails import Lifecycle, MailKind, Role, numbered
from domain.trial.regions import data_region
from domain.values import Message, Refused, in_days
from domain.working_time import end_of_day, local_day

EXPIRY = "device_expires"
REMINDERS = "device_reminder"
RETURN_DUE = "device_return_due"


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
    country: str
    zone: str
    expires_at: AwareDatetime
    """The end of the EULA mail's expiry date in the customer's zone. TRL-90."""

    return_due_at: AwareDatetime
    """Two weeks later. TRL-90, AMB-15."""

    customer_administrators: int
    partner_administrators: int
    policy: DevicePolicy
    stage: DeviceStage = DeviceStage.SHIPPED
    overdue: bool = False
    returned_serials: tuple[str, ...] = ()
    papers_asked: int = 0

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
            country=start.country,
            zone=start.zone,
            expires_at=end_of_day(expires_on, start.zone),
            return_due_at=end_of_day(expires_on + start.policy.return_within, start.zone),
            customer_administrators=start.customer_administrators,
            partner_administrators=start.partner_administrators,
            policy=start.policy,
        )
        life.journal.note("device.shipped", now, start, expires_at=life.expires_at)
        life._arm(expires_on)
        life._post_to_customer(MailKind.DEVICE_EULA, due_at=life.return_due_at)
        return life

    def _arm(self, expires_on: date) -> None:
        self.agenda.arm(Deadline(name=EXPIRY, at=self.expires_at, label="Device expires: it has to go back"))
        for before in self.policy.reminders:
            at = end_of_day(expires_on + self.policy.return_within - before, self.zone)
            label = f"Return reminder, {in_days(before)} before"
            self.agenda.arm(Deadline(name=f"{REMINDERS}/{before.days}", at=at, ladder=REMINDERS, label=label))
        self.agenda.arm(Deadline(name=RETURN_DUE, at=self.return_due_at, label="Return due: then it is overdue"))

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
        """Whom the customer calls. TRL-91 to TRL-93."""
        return return_way(self.country, data_region(self.country))

    def check_delivered(self, _message: ReportDelivered) -> None:
        """Possible while it is on its way."""
        after(self.stage, DeviceEvent.DELIVERED)

    def delivered(self, message: ReportDelivered, now: datetime) -> None:
        """It arrived."""
        self._move(DeviceEvent.DELIVERED, now, message)

    def expire(self, now: datetime) -> None:
        """From here two weeks to bring it back. TRL-90."""
        if self.stage in {DeviceStage.SHIPPED, DeviceStage.IN_USE}:
            self._move(DeviceEvent.EXPIRED, now, return_due_at=self.return_due_at)

    def trial_over(self, now: datetime) -> None:
        """The trial ended: the device has to go back, by the EULA mail's date. TRL-67, TRL-90."""
        if self.stage in {DeviceStage.SHIPPED, DeviceStage.IN_USE}:
            self.agenda.disarm(EXPIRY)
            self.expire(now)
            self._post_to_customer(MailKind.DEVICE_RETURN, "trial_over", self.return_due_at)

    def remind(self, deadline: Deadline, now: datetime) -> None:
        """The customer's administrators are told how and by when."""
        self.journal.note("device.return_reminded", now, reminder=deadline.name)
        self._post_to_customer(MailKind.DEVICE_RETURN, deadline.name, self.return_due_at)

    def miss_return(self, now: datetime) -> None:
        """Overdue: the partner is told, and it shows in the overdue list."""
        self.overdue = True
        self._move(DeviceEvent.RETURN_OVERDUE, now)
        self.endanger("device_overdue", now, self.return_due_at)
        for number in range(self.partner_administrators):
            to = numbered(Role.PARTNER_ADMINISTRATOR, number)
            self.post(MailKind.DEVICE_OVERDUE, due_at=self.return_due_at, to=to)

    def check_hand_over(self, _message: HandOver) -> None:
        """Possible while the customer has it."""
        after(self.stage, DeviceEvent.HANDED_OVER)

    def hand_over(self, message: HandOver, now: datetime) -> None:
        """On its way back: nothing more is due from the customer."""
        self._move(DeviceEvent.HANDED_OVER, now, message, carrier=self.way_back.carrier)
        self.agenda.disarm(EXPIRY, RETURN_DUE)
        self.agenda.disarm_ladder(REMINDERS)

    def check_received(self, _message: ReportReceived) -> None:
        """Possible while it is on its way back."""
        after(self.stage, DeviceEvent.RECEIVED)

    def received(self, message: ReportReceived, now: datetime) -> None:
        """The serial number must be the one that was shipped. TRL-94."""
        self.check_received(message)
        self.returned_serials = (*self.returned_serials, message.serial_number)
        matches = message.serial_number == self.serial_number
        event = DeviceEvent.RECEIVED if matches else DeviceEvent.RECEIVED_OTHER
        self._move(event, now, message, serial_number=message.serial_number)

    def check_ask_for_papers(self, message: AskForReturnPapers) -> None:
        """Organization id and (administrator's address or ALL serial numbers). TRL-95, AMB-17."""
        if self.closed:
            raise Refused(f"the device is {self.stage}: no papers are needed")
        if not message.administrator_email_given and self.serial_number not in message.serial_numbers:
            raise Refused(
                "must name all trial devices, this one's too, when no administrator address is given (TRL-95)",
                field="serial_numbers",
            )

    def ask_for_papers(self, message: AskForReturnPapers, now: datetime) -> None:
        """The trials team is asked by mail."""
        self.check_ask_for_papers(message)
        self.papers_asked += 1
        self.journal.note("device.papers_asked", now, message)
        self.post(MailKind.RMA_LOOKUP, str(self.papers_asked))

    def _post_to_customer(self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None) -> None:
        for number in range(self.customer_administrators):
            self.post(kind, occurrence, due_at, numbered(Role.CUSTOMER_ADMINISTRATOR, number))

    def _move(self, event: DeviceEvent, now: datetime, message: Message | None = None, **data: object) -> None:
        self.stage = after(self.stage, event)
        self.journal.note(event, now, message, stage=self.stage, **data)
