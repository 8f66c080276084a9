"""Deadlines of all lifecycles by day, and the same as a feed that calendars subscribe to (RFC 5545). Ids, no names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, vText

from adapters.sql.operations import DueLine
from domain.hub.users import HubUser
from domain.lifecycles import KINDS
from domain.working_time import add_months, local_day
from web.addresses import act_page

PRODUCT: Final = "-//Tenure//Deadlines//EN"
HOST: Final = "tenure.example"
"""Right side of every UID, whatever an installation is called: the same deadline is the same event for ever."""

YEARS: Final = range(2000, 2100)
"""Those of a Moment."""

A_WEEK: Final = 7
"""Days; a month is shown in whole weeks, which begin on Monday."""


@dataclass(frozen=True, slots=True)
class Day:
    """One square of a month."""

    day: date
    lines: tuple[DueLine, ...]
    of_month: bool

    @property
    def said(self) -> list[tuple[str, int]]:
        """What is due, and how often."""
        return list(Counter(line.deadline.label for line in self.lines).items())


def visible_to(user: HubUser, lines: Iterable[DueLine]) -> list[DueLine]:
    """In time order; only what this user may know of."""
    known = [line for line in lines if user.sees(line.partner_id, line.customer_id)]
    return sorted(known, key=lambda line: (line.deadline.at, line.lifecycle, line.subject, line.deadline.name))


def month_of(first: date) -> tuple[date, date]:
    """The Monday on or before the first day of a month, and the one after its last."""
    after = add_months(first, 1)
    begin = first - timedelta(days=first.weekday())
    missing = -after.weekday() % A_WEEK
    return begin, after + timedelta(days=missing)


def weeks(first: date, lines: Sequence[DueLine], zone: str) -> list[list[Day]]:
    """A month in weeks, each deadline on its day in that zone."""
    begin, end = month_of(first)
    days = [begin + timedelta(days=number) for number in range((end - begin).days)]
    known = dict(by_day(lines, zone))
    squares = [Day(day, tuple(known.get(day, ())), of_month=day.month == first.month) for day in days]
    return [squares[at : at + A_WEEK] for at in range(0, len(squares), A_WEEK)]


def feed_of(lines: Iterable[DueLine], name: str, address: str) -> bytes:
    """The same lines, the same bytes: a calendar that asks every hour sees what changed and nothing else."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar["x-wr-calname"] = vText(name)
    for line in lines:
        calendar.add_component(_event(line, address))
    said: bytes = calendar.to_ical()
    return said


def _event(line: DueLine, address: str) -> Event:
    """An instant, not a span: nobody is busy then."""
    deadline, kind = line.deadline, KINDS[line.lifecycle]
    event = Event()
    event.add("uid", f"{line.lifecycle}-{line.subject}-{deadline.name.replace('/', '-')}@{HOST}")
    event.add("dtstamp", line.recorded_at.replace(microsecond=0))
    event.add("dtstart", deadline.at)
    event.add("summary", f"{deadline.label}: {kind.one} {line.subject}")
    event.add("description", f"{kind.one} {line.subject}, customer {line.customer_id}, partner {line.partner_id}")
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{address}{act_page(line.lifecycle, line.subject)}")
    return event


def by_day(lines: Sequence[DueLine], zone: str) -> Iterator[tuple[date, list[DueLine]]]:
    """As a list: days that have any, with theirs."""
    known: dict[date, list[DueLine]] = {}
    for line in lines:
        known.setdefault(local_day(line.deadline.at, zone), []).append(line)
    yield from known.items()


def parsed_month(text: str, today: date) -> date:
    """`2026-11` as its first day; today's month for what is none, or is beyond any deadline."""
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
    return found if found.year in YEARS else today.replace(day=1)
