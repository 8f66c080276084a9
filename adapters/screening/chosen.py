"""Who screens customers in this installation, by its settings. WHS-20."""

from collections.abc import Callable
from datetime import UTC, datetime

from activities.ports.screening import Screener, ScreeningLists
from adapters.screening.embedded import EmbeddedScreening
from adapters.screening.watchman import WatchmanScreening
from adapters.setting_groups import ScreeningService
from adapters.settings import Settings


def in_utc() -> datetime:
    """By the machine's clock."""
    return datetime.now(UTC)


def screener(settings: Settings, store: ScreeningLists, now: Callable[[], datetime] = in_utc) -> Screener:
    """Nothing is loaded and nobody is asked before the first screening. `now`: when that is, in aware UTC."""
    group = settings.screening
    if group.service == ScreeningService.WATCHMAN and group.url is not None:
        return WatchmanScreening(str(group.url), group.threshold, group.timeout, now)
    return EmbeddedScreening(store, group.threshold, now)
