"""From when until when the next term of a subscription runs: orders and subscriptions say and do the same. Pure."""

from datetime import date, datetime
from typing import Final

from domain.working_time import Zone, end_of_day

LAST_DAY: Final = date(2200, 1, 1)
"""No renewal is taken that would end later: dates are reckoned up to the year 9999, and a slip goes on for ever."""


def continues(until: date, now: datetime, rules: Zone) -> bool:
    """Does the next term continue from the renewal date, up to and with the day `until`? One that would be over by now
    begins on the day of completion instead. AMB-54."""
    return end_of_day(until, rules) > now


def next_term(renewal_date: date, until: date, now: datetime, rules: Zone) -> str:
    """What a renewal buys if it is completed now, in words."""
    if continues(until, now, rules):
        return f"continues from {renewal_date} until {until}"
    return f"begins on the day of completion: continued from {renewal_date} it would be over (AMB-54)"
