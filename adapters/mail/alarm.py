"""Whether the relay takes our mails at all: one state for a worker, so one alarm however many mails wait."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

import structlog

from adapters.mail.replies import AboutUs

PATIENCE: Final = 300.0
"""Seconds without a way to the relay before it is an alarm: a restart of it is none."""

CALM: Final = 600.0
"""Seconds before the same is logged again, where some mails pass and others do not."""

UNREACHABLE: Final = "check that the relay of TENURE_SMTP_HOST and TENURE_SMTP_PORT runs and can be reached"

log = structlog.get_logger("tenure.mail")


class RelayAlarm:
    """Raised once, by what the relay says about us or by its silence; lifted when a mail goes out again."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._raised_at: float | None = None
        self._logged = False
        self._logged_at: dict[str, float] = {}
        self._silence: tuple[float, float] | None = None
        """From when to when it was out of reach."""

        self.problem = ""
        """What is wrong and what to do, in one line without addresses; empty when nothing is."""

    def refused(self, words: str, about: AboutUs) -> None:
        """The relay takes nothing from us."""
        with self._lock:
            self._raise("relay.refused_us", words, about.advice)

    def out_of_reach(self, words: str) -> None:
        """There was no way to it now: an alarm when that is all there was for `PATIENCE`."""
        with self._lock:
            now = self._clock()
            since, until = self._silence or (now, now)
            self._silence = (since if now - until <= PATIENCE else now, now)
            if now - self._silence[0] >= PATIENCE:
                self._raise("relay.not_reached", words, UNREACHABLE)

    def went_out(self) -> None:
        """A mail was taken."""
        with self._lock:
            self._silence = None
            if self._raised_at is not None and self._logged:
                log.info("relay.took_mail_again", after_seconds=round(self._clock() - self._raised_at))
            self._raised_at, self._logged, self.problem = None, False, ""

    def _raise(self, event: str, words: str, advice: str) -> None:
        now = self._clock()
        self._raised_at = now if self._raised_at is None else self._raised_at
        self.problem = f"mails wait: {words}; {advice}"
        if not self._logged and now - self._logged_at.get(advice, -CALM) >= CALM:
            self._logged, self._logged_at[advice] = True, now
            log.error(event, relay_said=words, to_do=advice, mails="wait, and go out by themselves afterwards")
