"""Closing weeks: what the hub knows of each at its end, kept for ever. HUB-60."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from adapters.sql.hub_week_rows import WeekRows, calls_rows, customer_rows, line_rows, sums_rows, terms_rows
from adapters.sql.hub_weeks import DueWeek
from adapters.sql.store import SqlStore
from domain.hub.as_of import ClosedWeek
from domain.hub.customers import HubCustomer
from domain.hub.policy import HubPolicy
from domain.hub.weeks import last_instant_of


def close_weeks(store: SqlStore, now: datetime, policy: HubPolicy, alive: Callable[[], None]) -> Iterator[ClosedWeek]:
    """Every week that ended and is not closed, and every closed one that got rows since, the oldest first.

    One transaction for each, and nothing else is held up while its rows are found: stopped anywhere, the next closing
    goes on, and of two at once one closes. What comes in while a week is being closed makes the week due again.
    """
    for due in store.due_weeks(now):
        if closed := _close(store, due, now, policy):
            yield closed
        alive()


def _close(store: SqlStore, due: DueWeek, now: datetime, policy: HubPolicy) -> ClosedWeek | None:
    at = last_instant_of(due.week)
    with WeekRows() as rows:
        rows.add(terms_rows(_terms(store, due) or policy))
        for partner in store.hub_partners():
            rows.add(customer_rows(_as_tagged(store, due, partner, store.hub_customers(partner, at))))
            lines = store.lines(partner, at)
            rows.add(line_rows(lines))
            rows.add(sums_rows(partner, lines))
            rows.add(calls_rows(partner, store.calls(partner, [due.week])))
        return store.keep_week(due, rows, now)


def _terms(store: SqlStore, due: DueWeek) -> HubPolicy | None:
    """A revision is judged as the first one was."""
    first = store.revisions(due.week)[:1]
    return store.week_terms(first[0]) if first else None


def _as_tagged(store: SqlStore, due: DueWeek, partner: str, customers: Iterable[HubCustomer]) -> Iterator[HubCustomer]:
    """A revision has the tags of the first one, for nobody keeps since when there is a tag: late rows alone differ."""
    first = store.week_customers(due.week, 1, partner) if due.revision > 1 else []
    tagged = {each.customer_id: (each.tags, each.subscription_tags) for each in first}
    for each in customers:
        tags, subscription_tags = tagged.get(each.customer_id, (each.tags, each.subscription_tags))
        yield replace(each, tags=tags, subscription_tags=subscription_tags)
