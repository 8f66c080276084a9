"""What a forecast's world answers whatever the lifecycle: records, mails, calendars, and what nobody thought of."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.context import run
from activities.mail import MailReport, MailReports, RetriedMail, SendMail, SendMailOnTheSpot, SendMails, SettledMail
from activities.open_lifecycle import OpenedLifecycle, OpeningActivities, OpenLifecycle
from activities.order import CalendarWanted
from activities.ports import Calendars, NotKnown, RecordRequest
from activities.rules import RulesWanted
from adapters.sql.store import SqlStore
from adapters.temporal.lifecycles import TemporalLifecycles
from domain.business_days import WorkingCalendar
from domain.construct import constructed
from domain.events import Journal
from domain.kind import Kind
from domain.lifecycle import SETTLED_AS, Lifecycle, LifecycleState, PostedMail, workflow_id
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.order.policy import LONGEST_HOLIDAYS
from domain.values import Message, Model
from domain.working_time import ZoneRules, local_day
from starter.console.ids import kind_of, subject_of
from starter.forecast.notes import Notebook


class Imagined:
    """One method for each activity, under the same name. Only holidays and zones are real, for they are data.

    It knows the lifecycles of this forecast and nothing else; every mail arrives. They are kept in a store of its own,
    by the very rules of a real one: what that would refuse is refused here.
    """

    def __init__(
        self, notebook: Notebook, calendars: Calendars, lifecycles: TemporalLifecycles, store: SqlStore
    ) -> None:
        self.notebook = notebook
        self.store = store
        self.states: dict[str, LifecycleState] = {}
        """What is known of each lifecycle, by workflow id."""

        self.starts: dict[str, Message] = {}
        """What each was started with."""

        self.begun: list[str] = []
        """Workflow ids, in the order they were started."""

        self.skipped: set[tuple[str, str]] = set()
        """Deadlines overtaken by a later notice of their ladder: workflow id and name."""

        self.had_left: frozenset[str] = frozenset()
        """Keys of mails that went out before the forecast begins: posted again, they do not go out again."""

        self.calendars = calendars
        self.lifecycles = lifecycles

    def activities(self) -> list[Callable[..., Any]]:
        """For a worker."""
        found = [getattr(self, name) for name in dir(self)]
        return [method for method in found if hasattr(method, "__temporal_activity_definition")]

    # The store.

    @activity.defn(name="open_lifecycle")
    async def open_lifecycle(self, request: OpenLifecycle) -> OpenedLifecycle:
        """If its id is free."""
        opened = await OpeningActivities(self.store, self.calendars, self.lifecycles).open_lifecycle(request)
        kind = KINDS[request.lifecycle]
        self.open(constructed(kind.start, request.placed), constructed(kind.state, request.state))
        return opened

    @activity.defn(name="record")
    async def record(self, request: RecordRequest) -> None:
        """Its stages."""
        with suppress(NotKnown):  # a loan of a trial that is no part of the forecast
            await asyncio.to_thread(self.store.record, request, run())
        self.keep(constructed(KINDS[request.lifecycle].state, request.state), request.journal)

    def open(self, start: Message, state: LifecycleState) -> LifecycleState:
        """It is known from here on."""
        name = workflow_id(state.lifecycle, state.subject)
        self.starts[name], self.states[name] = start, state
        return state

    def keep(self, state: LifecycleState, journal: Journal) -> None:
        """A moment may pass through several stages: the events tell of each, the state of the last."""
        name, rules = workflow_id(state.lifecycle, state.subject), KINDS[state.lifecycle].rules
        known = self.states.get(name)
        stage, rule = str(known.stage) if known else None, None
        for event in journal.unrecorded:
            if event.type == "deadline.skipped":
                self.skipped.add((name, str(event.data["deadline"])))
            rule = rules.events.get(event.type, rule)
            stage = self._reached(state, stage, event.data.get("stage", stage), rule)
        self._reached(state, stage, str(state.stage), rule)
        self.states[name] = state

    def _reached(self, state: LifecycleState, stage: str | None, reached: str | None, rule: str | None) -> str | None:
        if reached is not None and reached != stage:
            self.notebook.state(state.subject, reached, rule)
        return reached

    # Others.

    async def _start(self, start: Message) -> None:
        await self.lifecycles.start(kind_of(start), start)
        name = subject_of(start).workflow_id
        if name not in self.begun:
            self.begun.append(name)

    async def _signal(self, lifecycle: Lifecycle, subject: str, signal: str, news: Model) -> bool | None:
        """None if it is no part of the forecast, or over."""
        known = self.states.get(workflow_id(lifecycle, subject))
        if known is None or known.closed:
            return None
        return await self.lifecycles.signal(lifecycle, subject, signal, news)

    # Calendars.

    @activity.defn(name="working_calendar")
    async def working_calendar(self, request: CalendarWanted) -> WorkingCalendar:
        """The real holidays. A country without any ends the forecast: here nobody repairs it while we wait."""
        first = local_day(request.start, request.zone)
        last = first + timedelta(days=request.business_days) * 2 + LONGEST_HOLIDAYS
        try:
            return self.calendars.working_calendar(request.country, request.zone, first, last)
        except LookupError as unknown:
            raise ApplicationError(str(unknown), type=type(unknown).__name__, non_retryable=True) from None

    @activity.defn(name="current_rules")
    async def current_rules(self, request: RulesWanted) -> ZoneRules:
        """As in every forecast: those of today."""
        return self.calendars.zone_rules(request.zone)

    # Mail.

    @activity.defn(name="send_mail")
    async def send_mail(self, request: SendMail) -> MailReport:
        """Noted, if it is still called for; nothing is written and nothing leaves."""
        return self._sent(request.lifecycle, request.subject, request.mail)

    @activity.defn(name="send_mail_on_the_spot")
    async def send_mail_on_the_spot(self, request: SendMailOnTheSpot) -> MailReport:
        """The same: whether mail flows is not foreseen."""
        return self._sent(request.lifecycle, request.subject, request.mail)

    @activity.defn(name="send_mails")
    async def send_mails(self, request: SendMails) -> MailReports:
        """Each as by itself."""
        sent = {mail.key: self._sent(request.lifecycle, request.subject, mail) for mail in request.mails}
        return MailReports(reports=sent)

    @activity.defn(name="settle_mail")
    async def settle_mail(self, decision: SettledMail) -> MailReport:
        """As was decided."""
        return MailReport(state=SETTLED_AS[decision.outcome])

    @activity.defn(name="retry_mail")
    async def retry_mail(self, _retried: RetriedMail) -> MailReport:
        """It is sent again."""
        return MailReport(state=MailState.PENDING)

    def _sent(self, lifecycle: Lifecycle, subject: str, mail: PostedMail) -> MailReport:
        kind, name = KINDS[lifecycle], workflow_id(lifecycle, subject)
        state = self.states[name]
        if not kind.letters.wanted(a_row(kind, state, self.starts.get(name)), mail):
            return MailReport(state=MailState.MOOT)
        if mail.key in self.had_left:
            return MailReport(state=MailState.SENT, sent_at=self.notebook.at)
        rule = kind.state.mail_kinds(mail.kind).rule
        self.notebook.mail(subject, mail.kind, state.reader_of(mail), state.role_of(mail), rule)
        return MailReport(state=MailState.SENT, sent_at=self.notebook.at)

    # Everything else.

    @activity.defn(dynamic=True)
    async def anything_else(self, args: Sequence[RawValue]) -> Any:
        """What a lifecycle has its world imagine, or nothing: as if all went well."""
        name = activity.info().activity_type
        given = activity.payload_converter().from_payload(args[0].payload) if args else None
        for kind in KINDS.values():
            if imagine := kind.imagined.get(name):
                return imagine(given)
        return None


def a_row(kind: Kind[Any], state: LifecycleState, start: Message | None) -> Any:
    """As the store would have it."""
    placed = {"placed": start} if "placed" in kind.row.model_fields else {}
    return kind.row(state=state, **placed)
