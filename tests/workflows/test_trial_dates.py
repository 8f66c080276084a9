"""A trial's dates, just before and just after, on the clocks of three places. domain.md §5, AMB-39."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from domain.lifecycle import Lifecycle
from domain.operator import Hold, Resume
from domain.trial.losses import Fate
from domain.trial.messages import AcceptTrial, GiveDetails, ResendConsent, Service, StartTrial
from domain.values import Country
from tests.makers import a_consented_trial, a_customer, a_paid_customer_s_trial, a_person, a_trial, days, extended
from tests.makers import services_built as built
from tests.support.time_skipping import TICK, TimeSkipping


class Place(NamedTuple):
    """Where a customer is, the trial's first day and E there, and what the clocks there show at its dates."""

    zone: str
    country: str
    first: date
    e: date
    offsets: tuple[str, str, str, str]
    """On E-7, E, E+30, E+45: written down here, not reckoned as the code reckons."""

    def end_of(self, after: int) -> datetime:
        """The instant the day E + `after` ends there."""
        offset = self.offsets[(-7, 0, 30, 45).index(after)]
        return midnight_after(self.e + timedelta(days=after), offset)

    def nine_of(self, after: int, since: int) -> datetime:
        """09:00 of the day E + `after` there, by the offset of E + `since`. AMB-47."""
        offset = self.offsets[(-7, 0, 30, 45).index(since)]
        return nine(self.e + timedelta(days=after), offset)

    @property
    def begins(self) -> datetime:
        """Some hour of the first day."""
        return datetime.fromisoformat(f"{self.first}T10:00:00{self.offsets[0]}").astimezone(UTC)

    def customer(self) -> Any:
        return a_customer(zone=self.zone, country=Country(self.country))


def midnight_after(day: date, offset: str) -> datetime:
    return datetime.fromisoformat(f"{day + timedelta(days=1)}T00:00:00{offset}").astimezone(UTC)


def nine(day: date, offset: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00{offset}").astimezone(UTC)


TOKYO = Place("Asia/Tokyo", "JP", date(2031, 10, 20), date(2031, 11, 10), ("+09:00",) * 4)
PARIS = Place("Europe/Paris", "FR", date(2031, 10, 6), date(2031, 10, 28), ("+02:00", "+01:00", "+01:00", "+01:00"))
"""The clocks go back between E-7 and E, on 26 October 2031."""

WEST = Place("America/Los_Angeles", "US", date(2032, 1, 12), date(2032, 2, 2), ("-08:00", "-08:00", "-08:00", "-07:00"))
"""West of UTC; the clocks go forward between E+30 and E+45, on 14 March 2032."""

PLACES = pytest.mark.parametrize("place", [TOKYO, PARIS, WEST], ids=lambda place: place.zone)


def kinds(env: TimeSkipping) -> list[str]:
    return env.mail_kinds("T-1001", Lifecycle.TRIAL)


async def news(env: TimeSkipping, at: datetime) -> list[str]:
    """What kinds of mail leave in the minutes around `at`; none of them may leave before."""
    known = kinds(env)
    await env.sleep_until(at - TICK)
    assert kinds(env) == known
    await env.sleep_until(at + TICK)
    return sorted(kinds(env)[len(known) :])


async def stage(env: TimeSkipping) -> str:
    return str((await env.state(env.client.get_workflow_handle("trial-T-1001"))).stage)


async def begun(env: TimeSkipping, place: Place, start: StartTrial) -> Any:
    await env.sleep_until(place.begins)
    return await env.start_trial(start)


@PLACES
async def test_trl_71_to_80_the_minutes_around_e_minus_7_e_e_plus_30_and_e_plus_45(
    env: TimeSkipping, place: Place
) -> None:
    length = (place.e - place.first).days
    users = (a_person("user@akasaka.example.com"),)
    start = a_trial("T-1001", Service.CALLING, customer=place.customer(), days=length, users=users)
    trial = await begun(env, place, start)
    await env.send(trial, "report_services_built", built(Service.CALLING))
    assert kinds(env) == ["trial_welcome"]
    assert await news(env, place.nine_of(-7, -7)) == ["trial_expiring", "trial_expiring_partner"]
    assert await news(env, place.nine_of(0, 0)) == ["trial_expired", "trial_expired_partner"]
    assert await stage(env) == "trialing", "E itself is over at its midnight (AMB-47)"
    await env.sleep_until(place.end_of(0) - TICK)
    assert await stage(env) == "trialing"
    assert await news(env, place.end_of(0)) == []
    assert await stage(env) == "expired_grace"

    assert await news(env, place.nine_of(23, 30)) == ["trial_last_call"] * 2
    assert await news(env, place.nine_of(29, 30)) == ["trial_last_call"] * 2
    await env.sleep_until(place.end_of(30) - TICK)
    assert await stage(env) == "expired_grace"
    assert "trial_access_ended" not in kinds(env)
    assert not env.store.losses("T-1001")
    assert await news(env, place.end_of(30)) == ["trial_access_ended"]
    lost = {"users_moved", "licences_removed", "roles_removed", "calling_configuration_removed"}
    assert set(env.store.losses("T-1001")) == lost

    assert await news(env, place.end_of(45) - TICK * 2) == []
    assert set(env.store.losses("T-1001")) == lost
    assert await news(env, place.end_of(45)) == []
    assert set(env.store.losses("T-1001")) == lost | {"numbers_released"}


CONSENT = [
    (TOKYO._replace(first=date(2031, 6, 2)), midnight_after(date(2031, 6, 12), "+09:00")),
    (PARIS._replace(first=date(2031, 10, 20)), midnight_after(date(2031, 10, 30), "+01:00")),
    (WEST._replace(first=date(2032, 3, 8)), midnight_after(date(2032, 3, 18), "-07:00")),
]
"""In Paris and in Los Angeles the clocks change within the ten days."""


@pytest.mark.parametrize(("place", "lapses"), CONSENT, ids=[place.zone for place, _ in CONSENT])
async def test_trl_31_amb_9_consent_lapses_at_the_end_of_the_tenth_day(
    env: TimeSkipping, place: Place, lapses: datetime
) -> None:
    """Counted from the first request, whatever is sent again; AMB-46: no mail about the lapse."""
    trial = await begun(env, place, a_consented_trial(customer=place.customer()))
    await env.sleep_until(place.begins + days(5))
    await env.send(trial, "resend", ResendConsent(by="hikari"))
    assert kinds(env) == ["trial_consent"] * 4
    await env.sleep_until(lapses - TICK)
    assert env.store.row(Lifecycle.TRIAL, "T-1001").state.stage == "pending.customer_consent"
    await env.sleep_until(lapses + TICK)
    assert env.store.row(Lifecycle.TRIAL, "T-1001").state.stage == "cancelled"
    assert kinds(env) == ["trial_consent"] * 4


# Extensions, at every stage. TRL-50, AMB-11, AMB-43.


async def test_trl_50_an_extension_is_refused_before_a_trial_runs_and_after_it_expired(env: TimeSkipping) -> None:
    trial = await begun(env, TOKYO, a_consented_trial(days=20))
    assert "cannot extend the trial: the trial is pending.customer_consent" in await refused(env, trial)
    await env.send(trial, "accept", AcceptTrial(by="admin-1"))
    assert "the trial is pending.awaiting_provisioning_details" in await refused(env, trial)
    await env.send(trial, "give_details", GiveDetails(by="hikari"))
    assert "the trial is provisioning" in await refused(env, trial)
    await env.send(trial, "report_services_built", built())
    await env.send(trial, "extend", extended(30))
    await env.sleep_until(TOKYO.begins + days(31))
    assert "the trial is expired_grace" in await refused(env, trial)
    assert kinds(env).count("trial_expired") == 3, "one to each administrator"


async def refused(env: TimeSkipping, trial: Any) -> str:
    return await env.refusal(trial, "extend", extended(30))


@pytest.mark.parametrize("after", [3, 14], ids=["before the warning", "after the warning"])
async def test_amb_43_the_new_e_is_warned_of_once_and_the_old_one_never_again(env: TimeSkipping, after: int) -> None:
    """E is day 20: warned of on day 13. Extended by 30 days, the new E is warned of 7 days before it."""
    trial = await begun(env, TOKYO, a_paid_customer_s_trial(days=20))
    await env.sleep_until(TOKYO.begins + days(after))
    warned = kinds(env).count("trial_expiring")
    assert warned == (1 if after == 14 else 0)
    await env.send(trial, "extend", extended(30))
    e = TOKYO.first + timedelta(days=after + 30)
    assert await news(env, nine(e - timedelta(days=7), "+09:00")) == ["trial_expiring", "trial_expiring_partner"]
    assert await news(env, nine(e, "+09:00")) == ["trial_expired", "trial_expired_partner"]
    assert kinds(env).count("trial_expiring") == warned + 1


# What an operator holds is not lost, and nothing is lost that nobody was told of. TRL-77, TRL-78.


async def test_trl_78_held_beyond_the_end_of_grace_the_loss_is_announced_and_a_day_later_taken(
    env: TimeSkipping,
) -> None:
    trial = await begun(env, TOKYO, a_paid_customer_s_trial(days=10))
    await env.send(trial, "hold", Hold(by="ops-7", reason="in dispute"))
    resumed = TOKYO.begins + days(60)
    await env.sleep_until(resumed)
    assert kinds(env) == ["trial_started"]
    await env.send(trial, "resume", Resume(by="ops-7", reason="settled"))
    assert kinds(env).count("trial_last_call") == 2
    assert not env.store.losses("T-1001")
    ends = midnight_after(TOKYO.first + timedelta(days=61), "+09:00")
    assert datetime.fromisoformat((await env.state(trial)).facts["grace_ends_at"]) == ends
    await env.sleep_until(ends - TICK)
    assert await stage(env) == "expired_grace"
    assert not env.store.losses("T-1001")
    await env.sleep_until(ends + TICK)
    assert await stage(env) == "lapsed.numbers_retained"
    assert "calling_configuration_removed" in env.store.losses("T-1001")
    assert kinds(env).count("trial_last_call") == 2
    await env.sleep_until(ends + days(15) - TICK)
    assert "numbers_released" not in env.store.losses("T-1001")
    await env.sleep_until(ends + days(15) + TICK)
    assert "numbers_released" in env.store.losses("T-1001")


@pytest.mark.parametrize("service", [Service.CALLING, Service.MEETINGS])
async def test_9_3_a_hold_stops_the_loss_between_two_steps(
    env: TimeSkipping, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is under way when an operator says stop is finished; the next step is not begun."""
    trial = await begun(env, TOKYO, a_trial("T-1001", service, days=1))
    await env.send(trial, "report_services_built", built(service))
    take, down = env.store.take_loss, ["down"]

    def in_trouble(trial_id: str, step: str, now: datetime) -> Fate:
        if down and step != "users_moved":
            raise ConnectionError("the store is down")
        return take(trial_id, step, now)

    monkeypatch.setattr(env.store, "take_loss", in_trouble)
    await env.sleep_until(midnight_after(TOKYO.first + timedelta(days=31), "+09:00") + TICK)
    await trial.execute_update("hold", Hold(by="ops-7", reason="a mistake"))
    down.clear()
    await env.sleep_until(TOKYO.begins + days(40))
    assert list(env.store.losses("T-1001")) == ["users_moved", "licences_removed"]
    await env.send(trial, "resume", Resume(by="ops-7"))
    assert "roles_removed" in env.store.losses("T-1001")
    if service is Service.CALLING:
        kept_until = TOKYO.first + timedelta(days=40 + 15)
        released = (await env.state(trial)).facts["numbers_until"]
        assert datetime.fromisoformat(released) == midnight_after(kept_until, "+09:00"), "from the loss itself (AMB-50)"


async def test_a_record_is_no_longer_for_the_many_mails_a_trial_sends(env: TimeSkipping) -> None:
    """500 users and 70 administrators once made a history of 65 MB, more than a server keeps: the mails are its own."""
    users = tuple(a_person(f"user{number}@akasaka.example.com") for number in range(40))
    trial = await begun(env, TOKYO, a_trial(users=users))
    await env.send(trial, "report_services_built", built())
    for day in (84, 91, 115, 122):
        await env.sleep_until(TOKYO.begins + days(day))
    history = await trial.fetch_history()
    sizes = [event.ByteSize() for event in history.events]
    assert kinds(env).count("trial_access_ended") == 40
    assert sum(sizes) < 500_000
