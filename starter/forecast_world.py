"""The world of a forecast: answers every activity as if all went well, and notes it. It touches nothing real."""

from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.letters import (
    reader_of,
    still_wanted_by_device,
    still_wanted_by_order,
    still_wanted_by_subscription,
    still_wanted_by_trial,
)
from activities.mail import MailReport, RetriedMail, SendMail, SettledMail
from activities.order import AssignCsm, AssignedCsm, CalendarWanted, OpenOrder, RecordOrder
from activities.ports import Calendars, DeviceRow, OpenedOrder, OrderRow, SubscriptionRow, TrialRow
from activities.subscription import RecordSubscription
from activities.trial import (
    Conversion,
    LastLook,
    Loss,
    OpenTrial,
    PaidOrder,
    RecordDevice,
    RecordTrial,
    ServicesWanted,
)
from adapters.temporal.lifecycles import TemporalLifecycles
from domain.device.device import DeviceLife
from domain.device.messages import StartDeviceLoan
from domain.events import Journal
from domain.life import PostedMail
from domain.mails import RULES, Lifecycle, MailState, workflow_id
from domain.order.messages import PlaceOrder
from domain.order.order import OrderLife
from domain.subscription.messages import StartSubscription
from domain.subscription.subscription import SubscriptionLife
from domain.trial.messages import Service, StartTrial
from domain.trial.trial import NUMBERS_RELEASED, TrialLife
from domain.working_time import WorkingCalendar
from starter.forecast_notes import Notebook
from starter.forecast_rules import EVENTS, LOSSES

AnyLife = OrderLife | SubscriptionLife | TrialLife | DeviceLife

CSM = "csm-1"


class ImaginedWorld:
    """One method for each activity of `activities/`, under the same name. Only holidays are real, for they are data.

    It knows the lifecycles of this forecast and nothing else: no service was bought or is tried elsewhere, unless the
    trial says so itself; an SO# that somebody names is taken to exist; every mail arrives.
    """

    def __init__(self, notebook: Notebook, calendars: Calendars, lifecycles: TemporalLifecycles) -> None:
        self.notebook = notebook
        self.lives: dict[str, AnyLife] = {}
        """What is known of each lifecycle, by workflow id."""

        self.begun: list[str] = []
        """Workflow ids, in the order they were started."""

        self.skipped: set[tuple[str, str]] = set()
        """Deadlines overtaken by a later notice of their ladder: workflow id and name."""

        self._calendars = calendars
        self._lifecycles = lifecycles
        self._orders: dict[str, PlaceOrder] = {}
        self._trials: dict[str, StartTrial] = {}

    def activities(self) -> list[Callable[..., Any]]:
        """For a worker."""
        found = [getattr(self, name) for name in dir(self)]
        return [method for method in found if hasattr(method, "__temporal_activity_definition")]

    # Orders.

    @activity.defn(name="open_order")
    async def open_order(self, request: OpenOrder) -> OpenedOrder:
        """A renewal hears the renewal date of its subscription."""
        self._orders[request.placed.sales_order_number] = request.placed
        self.lives[workflow_id(request.life.lifecycle, request.life.subject)] = request.life
        renewed = self.lives.get(workflow_id(Lifecycle.SUBSCRIPTION, request.placed.subscription))
        return OpenedOrder(renewal_date=renewed.renewal_date if isinstance(renewed, SubscriptionLife) else None)

    @activity.defn(name="record_order")
    async def record_order(self, request: RecordOrder) -> None:
        """Its stages."""
        self._keep(request.life, request.journal)

    @activity.defn(name="working_calendar")
    async def working_calendar(self, request: CalendarWanted) -> WorkingCalendar:
        """The real holidays. A country without any ends the forecast: here nobody repairs it while we wait."""
        try:
            return self._calendars.working_calendar(request.country, request.zone, request.first, request.last)
        except LookupError as unknown:
            raise ApplicationError(str(unknown), type=type(unknown).__name__, non_retryable=True) from None

    @activity.defn(name="assign_csm")
    async def assign_csm(self, _request: AssignCsm) -> AssignedCsm:
        """Somebody."""
        return AssignedCsm(csm=CSM)

    @activity.defn(name="start_subscription")
    async def start_subscription(self, request: StartSubscription) -> None:
        """It becomes part of the forecast."""
        await self._lifecycles.start_subscription(request)
        self._has_begun(Lifecycle.SUBSCRIPTION, request.subscription_id)

    @activity.defn(name="record_subscription")
    async def record_subscription(self, request: RecordSubscription) -> None:
        """Its stages."""
        self._keep(request.life, request.journal)

    # Trials and devices.

    @activity.defn(name="open_trial")
    async def open_trial(self, request: OpenTrial) -> None:
        """Refused for what the trial itself says was bought. TRL-21, TRL-41."""
        self._trials[request.placed.trial_id] = request.placed
        self.lives[workflow_id(request.life.lifecycle, request.life.subject)] = request.life
        self._refuse_bought(request.placed.trial_id, request.placed.services, "services")

    @activity.defn(name="record_trial")
    async def record_trial(self, request: RecordTrial) -> None:
        """Its stages."""
        self._keep(request.life, request.journal)

    @activity.defn(name="reserve_services")
    async def reserve_services(self, request: ServicesWanted) -> None:
        """As at the start."""
        self._refuse_bought(request.trial_id, request.services, "add")

    @activity.defn(name="check_paid_order")
    async def check_paid_order(self, _request: Conversion) -> None:
        """Taken to exist."""

    @activity.defn(name="start_order")
    async def start_order(self, order: PlaceOrder) -> None:
        """It becomes part of the forecast."""
        await self._lifecycles.start_order(order)
        self._has_begun(Lifecycle.ORDER, order.sales_order_number)

    @activity.defn(name="start_device")
    async def start_device(self, request: StartDeviceLoan) -> None:
        """It becomes part of the forecast."""
        await self._lifecycles.start_device(request)
        self._has_begun(Lifecycle.DEVICE, request.device_id)

    @activity.defn(name="look_for_paid_order")
    async def look_for_paid_order(self, _request: LastLook) -> PaidOrder:
        """Nobody acts, so nobody has ordered."""
        return PaidOrder(order_number=None)

    @activity.defn(name="lose")
    async def lose(self, loss: Loss) -> None:
        """One irreversible step."""
        self.notebook.loss(loss.trial_id, loss.step, LOSSES.get(loss.step))

    @activity.defn(name="release_numbers")
    async def release_numbers(self, request: LastLook) -> None:
        """The last one."""
        self.notebook.loss(request.trial_id, NUMBERS_RELEASED, LOSSES[NUMBERS_RELEASED])

    @activity.defn(name="record_device")
    async def record_device(self, request: RecordDevice) -> None:
        """Its stages."""
        self._keep(request.life, request.journal)

    # Mail.

    @activity.defn(name="send_mail")
    async def send_mail(self, request: SendMail) -> MailReport:
        """Noted, if it is still called for; nothing is written and nothing leaves."""
        life = self.lives[workflow_id(request.lifecycle, request.subject)]
        if not self._still_wanted(life, request.mail):
            return MailReport(state=MailState.MOOT)
        self.notebook.mail(request.subject, request.mail.kind, reader_of(request.mail), RULES[request.mail.kind])
        return MailReport(state=MailState.SENT, sent_at=self.notebook.at)

    @activity.defn(name="settle_mail")
    async def settle_mail(self, _decision: SettledMail) -> None:
        """Never asked for: no mail is ever in doubt here."""

    @activity.defn(name="retry_mail")
    async def retry_mail(self, _retried: RetriedMail) -> None:
        """Never asked for: no mail is ever refused here."""

    # How.

    def _has_begun(self, lifecycle: Lifecycle, subject: str) -> None:
        name = workflow_id(lifecycle, subject)
        if name not in self.begun:
            self.begun.append(name)

    def _keep(self, life: AnyLife, journal: Journal) -> None:
        """A moment may pass through several stages: the events tell of each, the life of the last."""
        name = workflow_id(life.lifecycle, life.subject)
        known = self.lives.get(name)
        stage, rule = str(known.stage) if known else None, None
        for event in journal.unrecorded:
            if event.type == "deadline.skipped":
                self.skipped.add((name, str(event.data["deadline"])))
            rule = EVENTS.get(event.type, rule)
            stage = self._reached(life, stage, event.data.get("stage", stage), rule)
        self._reached(life, stage, str(life.stage), rule)
        self.lives[name] = life

    def _reached(self, life: AnyLife, stage: str | None, reached: str | None, rule: str | None) -> str | None:
        if reached is not None and reached != stage:
            self.notebook.state(life.subject, reached, rule)
        return reached

    def _refuse_bought(self, trial_id: str, wanted: tuple[Service, ...], field: str) -> None:
        bought = [service for service in wanted if service in self._trials[trial_id].purchased]
        if bought:
            told = f"{field}: bought already: {', '.join(bought)} (TRL-21, TRL-41)"
            raise ApplicationError(told, type="ServicesNotAvailable", non_retryable=True)

    def _still_wanted(self, life: AnyLife, mail: PostedMail) -> bool:
        match life:
            case OrderLife():
                return still_wanted_by_order(OrderRow(life=life, placed=self._orders[life.number]), mail)
            case SubscriptionLife():
                return still_wanted_by_subscription(SubscriptionRow(life=life), mail)
            case TrialLife():
                return still_wanted_by_trial(TrialRow(life=life, placed=self._trials[life.trial_id]), mail)
            case DeviceLife():
                return still_wanted_by_device(DeviceRow(life=life), mail)
