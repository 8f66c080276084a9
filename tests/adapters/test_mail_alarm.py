"""One alarm for all mails: raised once, with what to do, and lifted when a mail goes out. Its clock is the test's."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from adapters.mail import replies
from adapters.mail.alarm import CALM, PATIENCE, RelayAlarm

SAID = "RCPT: 554 5.7.1 <address>: Relay access denied"
RAISED = [("error", "relay.refused_us")]
LIFTED = [("info", "relay.took_mail_again")]
UNREACHED = [("error", "relay.not_reached")]


class World:
    """An alarm, its clock and its log."""

    def __init__(self, log: list[EventDict]) -> None:
        self.now = 0.0
        self.log = log
        self.alarm = RelayAlarm(lambda: self.now)

    def refused(self, about: replies.AboutUs = replies.RELAYING) -> None:
        self.alarm.refused(SAID, about)

    def silent_for(self, seconds: float, every: float = 30.0) -> None:
        """Tried again and again, in vain."""
        until = self.now + seconds
        while self.now < until:
            self.alarm.out_of_reach("connect: refused")
            self.now = min(self.now + every, until)
        self.alarm.out_of_reach("connect: refused")

    @property
    def logged(self) -> list[tuple[str, str]]:
        return [(each["log_level"], each["event"]) for each in self.log]


@pytest.fixture
def world() -> Iterator[World]:
    with capture_logs() as log:
        yield World(log)


def test_however_many_mails_wait_it_is_one_line_with_what_to_do(world: World) -> None:
    for _ in range(500):
        world.refused()
        world.now += 1
    (line,) = world.log
    assert (line["log_level"], line["event"]) == RAISED[0]
    assert (line["relay_said"], line["to_do"]) == (SAID, replies.RELAYING.advice)
    assert world.alarm.problem == f"mails wait: {SAID}; {replies.RELAYING.advice}"


def test_a_mail_that_goes_out_lifts_it_and_the_next_trouble_raises_it_anew(world: World) -> None:
    world.refused()
    world.now = 60
    world.alarm.went_out()
    assert world.alarm.problem == ""
    assert (world.log[-1]["event"], world.log[-1]["after_seconds"]) == ("relay.took_mail_again", 60)
    world.now = CALM
    world.refused()
    assert world.logged == RAISED + LIFTED + RAISED
    assert world.alarm.problem


def test_nothing_is_lifted_where_nothing_was_raised(world: World) -> None:
    world.alarm.went_out()
    assert world.log == []


def test_where_some_mails_pass_and_others_do_not_the_log_is_not_flooded(world: World) -> None:
    for second in range(int(CALM)):
        world.now = float(second)
        world.refused()
        assert world.alarm.problem
        world.alarm.went_out()
    assert world.logged == RAISED + LIFTED
    world.refused(replies.LIMIT)
    assert world.logged == RAISED + LIFTED + RAISED, "something else is news"


def test_what_was_not_logged_again_at_once_is_logged_when_it_lasts(world: World) -> None:
    world.refused()
    world.alarm.went_out()
    for second in (1, CALM - 1):
        world.now = second
        world.refused()
    assert world.logged == RAISED + LIFTED
    world.now = CALM
    world.refused()
    assert world.logged == RAISED + LIFTED + RAISED


@pytest.mark.parametrize(("seconds", "logged"), [(PATIENCE - 1, []), (PATIENCE, UNREACHED), (10 * PATIENCE, UNREACHED)])
def test_a_relay_out_of_reach_is_an_alarm_when_it_lasts(
    world: World, seconds: float, logged: list[tuple[str, str]]
) -> None:
    world.silent_for(seconds)
    assert world.logged == logged
    assert bool(world.alarm.problem) is bool(logged)


def test_a_mail_in_between_ends_the_silence(world: World) -> None:
    world.silent_for(PATIENCE - 1)
    world.alarm.went_out()
    world.silent_for(PATIENCE - 1)
    assert world.log == []


def test_two_short_silences_hours_apart_are_not_a_long_one(world: World) -> None:
    """No mail was on its way in between."""
    world.silent_for(60)
    world.now += 7200
    world.silent_for(60)
    assert world.log == []
