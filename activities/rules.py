"""The rules of this release, for a life under way that takes them anew. ADR 5."""

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ports.world import Calendars
from domain.values import Model
from domain.working_time import ZoneRules


class RulesWanted(Model):
    """The rules of one zone."""

    zone: str


class RulesActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars

    @activity_in_a_thread
    def current_rules(self, request: RulesWanted) -> ZoneRules:
        """How the clocks of a zone run, as far as is known today. Only reads, so a repeat is harmless."""
        with refusals_are_final():
            return self._calendars.zone_rules(request.zone)
