"""A customer's timeline foresees what the workflows themselves do on the time-skipping server. HUB-40."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from domain.device.messages import StartDeviceLoan
from domain.device.state import DeviceState
from domain.hub.foreseen import foreseen
from domain.lifecycle import LifecycleState
from domain.subscription.state import SubscriptionState
from domain.trial.losses import Others
from domain.trial.messages import StartTrial, TrialDevice
from domain.trial.state import TrialState
from tests.makers import a_paid_customer_s_trial, a_person, a_subscription_start
from tests.starter.conftest import Answered, Tenure

EXAMPLES = Path(__file__).parents[2] / "examples"
BEGINS = datetime.fromisoformat("2031-06-02T01:00:00Z")
FROM = ("--from", "2031-06-02T01:00:00Z", "--json")

Seen = set[tuple[datetime, str]]


def of_forecast(answered: Answered, of: str = "") -> tuple[Seen, Seen]:
    """Deadlines that fall due, and what is lost; of other lives than the one asked for, without their ids."""
    assert answered.code == 0, answered.err
    told = [each for each in answered.json if each["what"].startswith(of)]
    return (
        {(at_second(datetime.fromisoformat(each["at"])), in_words(each["what"])) for each in deadlines_in(told)},
        {(at_second(datetime.fromisoformat(each["at"])), each["what"]) for each in told if each["kind"] == "loss"},
    )


def deadlines_in(told: list[Any]) -> list[Any]:
    return [each for each in told if each["kind"] == "deadline"]


def in_words(what: str) -> str:
    """Without the id of a device or a subscription before it."""
    owner, _, rest = what.partition(": ")
    return rest if owner in {"D-1", "sub-SO-100001"} else what


def of_timeline(lives: Iterable[LifecycleState], now: datetime, others: Mapping[str, Others] = {}) -> tuple[Seen, Seen]:
    """The same, as the hub foresees it from where these lives stand."""
    found = foreseen(lives, now, others)
    return (
        {(at_second(each.deadline.at), each.deadline.label) for each in found},
        {(at_second(each.deadline.at), step.replace("_", " ")) for each in found for step in each.lost},
    )


def at_second(at: datetime) -> datetime:
    """A timer fires some milliseconds after its instant."""
    return at.replace(microsecond=0)


def lent_with(start: StartTrial) -> list[DeviceState]:
    """As its workflow lends them on the first day."""
    return [
        DeviceState.shipped(
            StartDeviceLoan(
                by="tenure",
                device_id=lent.device_id,
                trial_id=start.trial_id,
                customer_id=start.customer.id,
                partner_id=start.partner.id,
                model=lent.model,
                serial_number=lent.serial_number,
                expires_on=lent.expires_on,
                country=start.customer.country,
                zone=start.customer.zone,
                customer_administrators=1,
                partner_administrators=1,
            ),
            BEGINS,
        )
        for lent in start.devices
    ]


def test_of_a_trial_with_a_device(tenure: Tenure, tmp_path: Path) -> None:
    """E, grace, numbers, and a device whose date lies beyond all of them. TRL-67, TRL-71 to TRL-80, TRL-90."""
    far = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=BEGINS + timedelta(days=300))
    start = a_paid_customer_s_trial(users=(a_person("user@akasaka.example.com"),), devices=(far,))
    file = tmp_path / "trial.json"
    file.write_text(start.model_dump_json(exclude_defaults=True), encoding="utf-8")
    trial = TrialState.placed(start, BEGINS)
    trial.begin(BEGINS)

    deadlines, losses = of_forecast(tenure("forecast", "trial", file, *FROM))
    paying = Others(organization="something was bought")
    foreseen_deadlines, foreseen_losses = of_timeline([trial, *lent_with(start)], BEGINS, {"T-1001": paying})

    assert foreseen_losses == losses
    assert len(losses) == 3
    assert len(deadlines) > 9
    back = {(at, what) for at, what in foreseen_deadlines if what.startswith("Device expires")}
    assert back == {(trial.grace_ends_at, "Device expires: it has to go back")}
    assert foreseen_deadlines - back == deadlines


def test_of_a_subscription_that_nobody_renews(tenure: Tenure) -> None:
    """Notices, target, renewal date. ORD-31, REN-07, REN-08."""
    acts = EXAMPLES / "what-if-order.jsonl"
    answered = tenure("forecast", "order", EXAMPLES / "order.json", *FROM, "--what-if", acts)
    built_at = BEGINS + timedelta(days=9)
    start = a_subscription_start(service_start_at=built_at)

    deadlines, _ = of_forecast(answered, "sub-SO-100001: ")

    assert len(deadlines) == 5
    assert of_timeline([SubscriptionState.started(start, built_at)], built_at) == (deadlines, set())
