"""How the demo's lives ended, as tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from domain.mails import Lifecycle, MailState
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial
from domain.view import LifeView
from starter.ids import Subject
from starter.intake import Start, subject_of

GOOD, ENDED, BAD = "green", "yellow", "red"
COLOURS: Final = {
    "completed": GOOD,
    "active": GOOD,
    "converted": GOOD,
    "matched": GOOD,
    "cancelled": ENDED,
    "expired_grace": ENDED,
    "suspended": BAD,
    "rejected": BAD,
    "lapsed": BAD,
    "lapsed.numbers_retained": BAD,
    "lapsed.numbers_released": BAD,
    "overdue": BAD,
}

ORDER_COLUMNS: Final = ("order", "customer", "ended as", "service from", "subscription", "renews", "mails")
TRIAL_COLUMNS: Final = ("trial", "customer", "ended as", "E", "paid order", "lost for good", "devices", "mails")
NONE: Final = "–"
WIDE: Final = frozenset({"customer", "lost for good", "devices"})


@dataclass(frozen=True)
class Ended:
    """Where everything stands at the end."""

    views: Mapping[str, LifeView]
    """By workflow id."""

    def tables(self, starts: Sequence[Start]) -> Iterator[Table]:
        """One of the orders, one of the trials."""
        orders = [start for start in starts if isinstance(start, PlaceOrder) and self.seen(subject_of(start))]
        trials = [start for start in starts if isinstance(start, StartTrial)]
        yield _table("What happened to orders", ORDER_COLUMNS, map(self.order, orders))
        if trials:
            yield _table("and to trials", TRIAL_COLUMNS, map(self.trial, trials))

    def order(self, order: PlaceOrder) -> tuple[str, ...]:
        """A line of the first table."""
        life = self.views[subject_of(order).workflow_id]
        subscription = self.seen(Subject(Lifecycle.SUBSCRIPTION, order.subscription))
        built = life.facts.get("built_at")
        zone = ZoneInfo(order.customer.zone)
        return (
            order.sales_order_number,
            escape(order.customer.company),
            _coloured(life.stage),
            f"{datetime.fromisoformat(built).astimezone(zone):%Y-%m-%d}" if built else NONE,
            _coloured(subscription.stage) if subscription else NONE,
            subscription.facts["renewal_date"] if subscription else NONE,
            _mails(life, subscription),
        )

    def trial(self, trial: StartTrial) -> tuple[str, ...]:
        """A line of the second table."""
        life = self.views[subject_of(trial).workflow_id]
        lent = {device.device_id: self.seen(Subject(Lifecycle.DEVICE, device.device_id)) for device in trial.devices}
        return (
            trial.trial_id,
            escape(trial.customer.company),
            _coloured(life.stage),
            life.facts.get("expires_on", NONE),
            life.facts.get("order", NONE),
            ", ".join(_thing(step) for step in life.facts.get("lost", "").split(", ")) or NONE,
            ", ".join(f"{name} {_coloured(view.stage)}" for name, view in lent.items() if view) or NONE,
            _mails(life, *lent.values()),
        )

    def seen(self, subject: Subject) -> LifeView | None:
        """Where it stands, if it ever began."""
        return self.views.get(subject.workflow_id)


def _table(title: str, columns: Sequence[str], lines: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column not in WIDE)
    for line in lines:
        table.add_row(*line)
    return table


def _mails(*lives: LifeView | None) -> str:
    return str(sum(mail.state is MailState.SENT for life in lives if life for mail in life.mails))


def _coloured(stage: str) -> str:
    return f"[{COLOURS.get(stage, 'default')}]{stage}[/]"


def _thing(step: str) -> str:
    """`site_url_released` is about the site url."""
    return step.rpartition("_")[0].replace("_", " ")
