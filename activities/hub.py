"""The world as the hub's weeks see it."""

from datetime import date

from temporalio import activity

from activities.context import activity_in_a_thread, now
from activities.ports.hub import HubWeeks
from domain.values import Model


class WeeksClosed(Model):
    """What one closing did."""

    closed: int = 0
    """Weeks that were closed for the first time: more than one after Sundays that were missed."""

    revised: int = 0
    """Weeks that got rows since they were closed."""

    newest: date | None = None
    """The last week of these; None: there was nothing to do."""


class HubActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, weeks: HubWeeks) -> None:
        self._weeks = weeks

    @activity_in_a_thread
    def close_hub_weeks(self) -> WeeksClosed:
        """Close every week that ended. What is closed stays closed: a repeat goes on with the rest."""
        done = WeeksClosed()
        for each in self._weeks.close_weeks(now(), activity.heartbeat):
            activity.heartbeat()
            counted = {"revised": done.revised + 1} if each.revised else {"closed": done.closed + 1}
            done = done.model_copy(update=counted | {"newest": each.week})
        return done
