"""What the numbers of every policy must be: an order brings its own terms, and no calendar reckons with all of them."""

from datetime import time, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from domain.checks import Judged, named_once
from domain.time_checks import are_whole_days, duration, has_no_offset, is_duration, is_month_day
from domain.values import Country

HOUR: Final = timedelta(hours=1)

BusinessDays = Annotated[int, Field(ge=1, le=250)]
"""How many business days: at least one, at most about a year of them."""

Span = Annotated[
    timedelta,
    Field(ge=timedelta(0), le=timedelta(days=3660)),
    BeforeValidator(Judged(is_duration)),
    PlainSerializer(duration, return_type=str, when_used="json"),
]
"""A duration with its unit, `PT72H`, `P30D`: not negative, at most about ten years."""

SomeTime = Annotated[Span, Field(ge=timedelta(minutes=1))]
"""A minute or more."""

Days = Annotated[Span, AfterValidator(Judged(are_whole_days))]
"""A duration of whole calendar days, none or more."""

SomeDays = Annotated[Days, Field(ge=timedelta(days=1))]
"""One calendar day or more."""

Ladder = Annotated[tuple[SomeDays, ...], Field(max_length=12), AfterValidator(Judged(named_once))]
"""When successive notices of one thing go out: at most twelve, each at another time."""

POSTPONED_BY: Final = timedelta(days=7)
"""What an operator who moves a date is offered: from the date there was, or from today if that is past."""

SENT_AGAIN_AT_MOST: Final = 5
"""So often one mail goes out once more: nobody is written to without end, whoever asks for it."""

MonthDay = Annotated[str, StringConstraints(max_length=5), AfterValidator(Judged(is_month_day))]
"""A day of every year, `12-29`."""

_MonthDays = Annotated[tuple[MonthDay, ...], Field(max_length=20), AfterValidator(Judged(named_once))]
ClosingDays = Annotated[dict[Country, _MonthDays], Field(max_length=50)]
"""Days of every year on which nobody works though no law says so, by country of the vendor."""

TimeOfDay = Annotated[time, AfterValidator(Judged(has_no_offset))]
"""What the clock on the wall shows; the zone is somebody's."""
