"""Who screens customers here, by the settings; the libraries of the other one are not loaded. WHS-20."""

from collections.abc import Callable
from datetime import datetime

from activities.ports.screening import Screener, ScreeningLists
from adapters.screening import time_of_this_machine
from adapters.setting_groups import ScreeningService
from adapters.settings import Settings


def screener(settings: Settings, store: ScreeningLists, now: Callable[[], datetime] = time_of_this_machine) -> Screener:
    """No list is loaded and nobody is asked before the first screening. `now`: when that is, in aware UTC."""
    group = settings.screening
    if group.service == ScreeningService.WATCHMAN and group.url is not None:
        from adapters.screening.watchman import WatchmanScreening

        return WatchmanScreening(str(group.url), group.threshold, group.timeout, now)
    from adapters.screening.embedded import EmbeddedScreening

    return EmbeddedScreening(store, group.threshold, now)
