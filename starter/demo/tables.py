"""How the demo's lifecycles ended, as tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from domain.case.messages import OpenCase
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import Lifecycle
from domain.option.messages import RequestOption
from domain.option.state import asked_in
from domain.option.view import asked_for
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from domain.view import LifecycleView
from domain.wholesale.checks import check_id
from domain.wholesale.messages import OnboardCustomer
from starter.console.ids import Subject, subject_of

Start = PlaceOrder | StartTrial | RequestOption | OpenCase | OnboardCustomer

S = TypeVar("S", bound=Start)

GOOD, ENDED, BAD = "green", "yellow", "red"
COLOURS: Final = {
    "completed": GOOD,
    "active": GOOD,
    "resolved": GOOD,
    "closed": GOOD,
    "converted": GOOD,
    "matched": GOOD,
    "provisioned": GOOD,
    "clear": GOOD,
    "approved": GOOD,
    "cancelled": ENDED,
    "expired_grace": ENDED,
    "suspended": BAD,
    "rejected": BAD,
    "lapsed": BAD,
    "lapsed.numbers_retained": BAD,
    "lapsed.numbers_released": BAD,
    "overdue": BAD,
    "deprovisioned": BAD,
}

ORDER_COLUMNS: Final = ("order", "customer", "ended as", "in service", "subscription", "renews", "mails")
TRIAL_COLUMNS: Final = ("trial", "customer", "ended as", "E", "paid order", "mails")
OPTION_COLUMNS: Final = ("request", "subscription", "asks for", "ended as", "answer", "mails")
CASE_COLUMNS: Final = ("case", "account", "severity", "ended as", "in time", "lost", "mails")
CUSTOMER_COLUMNS: Final = ("id", "name", "ended as", "call-in", "users", "screened", "mails")
NONE: Final = "–"
WIDE: Final = frozenset({"customer", "asks for", "name", "status"})
"""May take several lines: a terminal of 80 columns shows every other cell whole."""

LOST: Final = "in time: of the SLA clocks that are over; lost: from receipt until it was known to be S1"
"""Two columns of the fourth table, in words."""


@dataclass(frozen=True)
class Ended:
    """Where everything stands at the end."""

    views: Mapping[str, LifecycleView]
    """By workflow id."""

    sent: Mapping[str, int] = field(default_factory=dict)
    """Mails that went out, by workflow id; as the ledger has it: a subscription in a new term knows those of before no
    more."""

    def tables(self, starts: Sequence[Start]) -> Iterator[Table]:
        """One of the orders, one of the trials, of option requests, of support cases, of wholesale customers."""
        orders, trials = self.begun(starts, PlaceOrder), self.begun(starts, StartTrial)
        if orders:
            began = {order.subscription: order for order in reversed(orders)}
            lines = [self.order(order, begins=began[order.subscription] is order) for order in orders]
            yield demo_table("What happened to orders", ORDER_COLUMNS, lines)
        if trials:
            table = demo_table("and to trials", TRIAL_COLUMNS, map(self.trial, trials))
            table.caption = "\n".join(line for trial in trials for line in self.notes(trial)) or None
            yield table
        if options := self.begun(starts, RequestOption):
            yield demo_table("to option requests", OPTION_COLUMNS, map(self.option, options))
        if cases := self.begun(starts, OpenCase):
            table = demo_table("and to support cases", CASE_COLUMNS, map(self.case, cases))
            table.caption = LOST
            yield table
        if customers := self.begun(starts, OnboardCustomer):
            table = demo_table("and to wholesale customers", CUSTOMER_COLUMNS, map(self.customer, customers))
            table.caption = "\n".join(line for customer in customers for line in self.end_of(customer)) or None
            yield table

    def begun(self, starts: Sequence[Start], sort: type[S]) -> list[S]:
        """Those of one sort that anything is known of."""
        return [start for start in starts if isinstance(start, sort) and self.view(subject_of(start))]

    def order(self, order: PlaceOrder, *, begins: bool) -> tuple[str, ...]:
        """A line of the first table; the mails of a subscription are counted with the order that begins it."""
        state = self.views[subject_of(order).workflow_id]
        subscription = self.view(Subject(Lifecycle.SUBSCRIPTION, order.subscription))
        built = state.facts.get("built_at")
        zone = ZoneInfo(order.customer.zone)
        return (
            order.sales_order_number,
            escape(order.customer.company),
            _coloured(state.stage),
            f"{datetime.fromisoformat(built).astimezone(zone):%Y-%m-%d}" if built else NONE,
            _coloured(subscription.stage) if subscription else NONE,
            subscription.facts["renewal_date"] if subscription else NONE,
            self.mails(state, subscription if begins else None),
        )

    def trial(self, trial: StartTrial) -> tuple[str, ...]:
        """A line of the second table."""
        state = self.views[subject_of(trial).workflow_id]
        return (
            trial.trial_id,
            escape(trial.customer.company),
            _coloured(state.stage),
            state.facts.get("expires_on", NONE),
            state.facts.get("order", NONE),
            self.mails(state, *self.lent(trial).values()),
        )

    def option(self, request: RequestOption) -> tuple[str, ...]:
        """A line of the third table."""
        state = self.views[subject_of(request).workflow_id]
        return (
            request.request_id,
            request.subscription_id,
            escape(asked_for(request.kind, asked_in(request))),
            _coloured(state.stage),
            escape(state.facts.get("answer", NONE)),
            self.mails(state),
        )

    def case(self, case: OpenCase) -> tuple[str, ...]:
        """A line of the fourth table."""
        state = self.views[subject_of(case).workflow_id]
        facts = state.facts
        lost = facts.get("minutes_lost")
        return (
            case.case_id,
            facts.get("account", NONE),
            facts["severity"],
            _coloured(state.stage),
            facts.get("in_time", NONE),
            f"{lost} min" if lost else NONE,
            self.mails(state),
        )

    def customer(self, customer: OnboardCustomer) -> tuple[str, ...]:
        """A line of the fifth table; the mails of its check are counted with it."""
        state, check = self.views[subject_of(customer).workflow_id], self.check_of(customer)
        return (
            customer.external_id,
            escape(customer.name),
            _coloured(state.stage),
            state.facts.get("dial_in", NONE),
            state.facts["users"],
            _coloured(check.stage) if check else NONE,
            self.mails(state, check),
        )

    def end_of(self, customer: OnboardCustomer) -> Iterator[str]:
        """Why it went, and how often somebody asked before: under the table, for it is too long for it."""
        facts, check = self.views[subject_of(customer).workflow_id].facts, self.check_of(customer)
        contacts = check.facts.get("contacts") if check else None
        if why := facts.get("deprovisioned_because"):
            yield f"{customer.external_id}: {f'contacts {contacts}, ' if contacts else ''}{escape(why)}"

    def check_of(self, customer: OnboardCustomer) -> LifecycleView | None:
        """Its first compliance check."""
        return self.view(Subject(COMPLIANCE, check_id(customer.external_id, 1)))

    def notes(self, trial: StartTrial) -> Iterator[str]:
        """What it took for good, what it spared, where its devices are: under the table, for it is too long for it."""
        facts = self.views[subject_of(trial).workflow_id].facts
        if "lost" in facts:
            yield f"{trial.trial_id} lost for good: {facts['lost'].replace('_', ' ')}"
        if "spared" in facts:
            yield f"{trial.trial_id} kept: {escape(facts['spared'])}"
        devices = [f"{name} {_coloured(view.stage)}" for name, view in self.lent(trial).items() if view]
        if devices:
            yield f"{trial.trial_id} devices: {', '.join(devices)}"

    def lent(self, trial: StartTrial) -> dict[str, LifecycleView | None]:
        """Its devices, by id."""
        return {device.device_id: self.view(Subject(Lifecycle.DEVICE, device.device_id)) for device in trial.devices}

    def mails(self, *views: LifecycleView | None) -> str:
        """How many went out."""
        return str(sum(self.sent.get(f"{state.lifecycle}-{state.id}", 0) for state in views if state))

    def view(self, subject: Subject) -> LifecycleView | None:
        """Where it stands, if it ever began."""
        return self.views.get(subject.workflow_id)


def demo_table(title: str, columns: Sequence[str], lines: Iterable[tuple[str | Text, ...]]) -> Table:
    """Whole in 80 columns: names and statuses may take several lines."""
    table = Table(
        title=title,
        title_justify="left",
        caption_justify="left",
        caption_style="",
        header_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        table.add_column(column, no_wrap=column not in WIDE, overflow="fold")
    for line in lines:
        table.add_row(*line)
    return table


def _coloured(stage: str) -> str:
    return f"[{COLOURS.get(stage, 'default')}]{stage}[/]"
