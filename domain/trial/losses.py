"""What a trial's end takes, and what it spares: only what is the trial's own and nobody else gives. AMB-48. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from domain.events import Event
from domain.trial.messages import EDITIONS, Service
from domain.values import Model

LOSSES: Final[Mapping[str, frozenset[Service]]] = {
    "users_moved": frozenset(Service),
    "licences_removed": frozenset(Service),
    "site_url_released": EDITIONS,
    "roles_removed": frozenset(Service),
    "calling_configuration_removed": frozenset({Service.CALLING}),
}
"""What is lost for good when grace ends, step by step, and for which services. TRL-77, TRL-78."""

NUMBERS_RELEASED: Final = "numbers_released"

LICENCES: Final = "licences_removed"
CALLING_CONFIGURATION: Final = "calling_configuration_removed"

OF_THE_ORGANIZATION: Final = frozenset({"users_moved", "roles_removed"})
"""Not a service's: they stay for as long as the organization has anything else."""

ORGANIZATION: Final = "organization"

TELLS_A_FATE: Final = frozenset({"trial.lost", "trial.spared", "trial.numbers_released", "trial.numbers_spared"})
"""Events with `what` step, and `of` what was lost or `why` something was spared."""

_OF_NUMBERS: Final = frozenset({Service.CALLING})


class Others(Model):
    """What this customer has beside the trial, as the store stands: in the words of the record, without partners."""

    services: dict[Service, str] = {}
    """By whom each is given."""

    organization: str | None = None
    """Why its users and roles stay."""

    def giver_of(self, service: Service) -> str | None:
        """Who else gives it, in whatever edition."""
        same = EDITIONS if service in EDITIONS else frozenset({service})
        return next((giver for given, giver in self.services.items() if given in same), None)


class Fate(Model):
    """What one step of a trial's end takes, and what it spares, why. Services, or the organization."""

    step: str
    lost: tuple[str, ...] = ()
    spared: dict[str, str] = {}

    @property
    def in_words(self) -> str:
        """What is spared, with the reasons."""
        return "; ".join(f"{what}: {reason}" for what, reason in self.spared.items())


def fate_of(step: str, tried: Collection[Service], others: Others) -> Fate:
    """One step, as things stand. `tried` are all services the trial ever had. AMB-48, AMB-49."""
    if step in OF_THE_ORGANIZATION:
        spared = {ORGANIZATION: others.organization} if others.organization else {}
        return Fate(step=step, lost=() if spared else (ORGANIZATION,), spared=spared)
    concerned = [service for service in tried if service in LOSSES.get(step, _OF_NUMBERS)]
    givers = {service: others.giver_of(service) for service in concerned}
    return Fate(
        step=step,
        lost=tuple(service for service in concerned if givers[service] is None),
        spared={service: giver for service, giver in givers.items() if giver is not None},
    )


def steps_for(tried: Collection[Service]) -> tuple[str, ...]:
    """The steps of the end of a trial that had these services, in order."""
    return tuple(step for step, services in LOSSES.items() if services & set(tried))


def losses_ahead(tried: Collection[Service], others: Others) -> tuple[Fate, ...]:
    """What would be lost if the trial ended now, and spared: to be announced. TRL-78."""
    return tuple(fate_of(step, tried, others) for step in steps_for(tried))


def recorded_fates(events: Iterable[Event]) -> list[tuple[Fate, datetime]]:
    """What a record says of the steps of an end, each once, and when: for a store that has lost it."""
    fates: dict[str, tuple[Fate, datetime]] = {}
    for event in events:
        step, facts = event.data.get("what"), event.data
        if event.type not in TELLS_A_FATE or step is None:
            continue
        known, at = fates.get(step, (Fate(step=step), event.occurred_at))
        lost = tuple(facts["of"].split(", ")) if "of" in facts else known.lost
        spared = dict(part.split(": ", 1) for part in facts["why"].split("; ")) if "why" in facts else known.spared
        fates[step] = (Fate(step=step, lost=lost, spared=spared), at)
    return list(fates.values())


def given_by_nobody_else(services: Iterable[Service], others: Others) -> tuple[Service, ...]:
    """Those the customer has from this trial alone."""
    return tuple(service for service in services if others.giver_of(service) is None)
