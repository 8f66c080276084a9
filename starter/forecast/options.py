"""What a forecast's world answers option requests."""

import asyncio

from temporalio import activity

from activities.option import OpenedOption, OpenOption, OptionActivities, OptionEffect
from starter.forecast.imagined import Imagined


class ImaginedOptions(Imagined):
    """Nothing is made up but the work itself."""

    @property
    def options(self) -> OptionActivities:
        """The real ones, on this store: it has a copy of the subscription."""
        return OptionActivities(self.store, self.calendars, self.lifecycles)

    @activity.defn(name="open_option")
    async def open_option(self, request: OpenOption) -> OpenedOption:
        """Refused for what the subscription says. OPT-01, OPT-02."""
        opened = await self.options.open_option(request)
        self.open(request.placed, request.state)
        return opened

    @activity.defn(name="check_effect")
    async def check_effect(self, request: OptionEffect) -> None:
        """As at the start."""
        await asyncio.to_thread(self.options.check_effect, request)
