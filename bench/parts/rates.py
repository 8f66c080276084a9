"""Lives per second and CPU per life, every system in turn, round after round."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench import plan
from bench.lives import several
from bench.outcome import Figures, Outcome, as_json
from bench.plan import Plan
from bench.processes import its_turn
from bench.spread import ratios, spread
from bench.systems import Place, System

DRIVER: Final = "driver"
"""Sends the messages: upstream's CPU, in no ratio."""


WARM_UP: Final = 3
"""Lives of each system that are not counted."""

COMPARED: Final = (plan.ORDER, plan.ORDER_PLAIN, plan.ORDER_PG, plan.REFERENCE, plan.DBOS)
"""Those that do the same work."""


@dataclass(frozen=True)
class Segment:
    """Some lives of one system, at a stretch."""

    lives: int
    seconds: float
    cpu: Mapping[str, float]
    """Milliseconds per life, by process."""

    @property
    def rate(self) -> float:
        """Lives per second."""
        return self.lives / self.seconds

    @property
    def whole_cpu(self) -> float:
        """Milliseconds per life of all that serve it."""
        return sum(used for process, used in self.cpu.items() if process != DRIVER)


async def rates(place: Place, how: Plan) -> Outcome:
    """Interleaved: each round begins with another system, so that none always follows the same. What a process does
    but once (reading fonts, templates, statements) is done before."""
    found: dict[str, list[Segment]] = {name: [] for name in place.systems}
    names = list(place.systems)
    for name in names:
        await _segment(place.systems[name], WARM_UP, how.in_flight)
    for number in range(how.rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(await _segment(place.systems[name], how.lives[name], how.in_flight))
    details = {name: _account(segments) for name, segments in found.items()}
    return Outcome(_figures(found), {"rates": details})


async def _segment(system: System, wanted: int, in_flight: int) -> Segment:
    if system.prepare:
        await system.prepare(wanted)
    numbers = system.numbers(wanted)
    with its_turn(system.polls):
        before = {process: used() for process, used in system.meters.items()}
        began = time.perf_counter()
        await several([partial(system.live, number) for number in numbers], in_flight)
        seconds = time.perf_counter() - began
        cpu = {process: (used() - before[process]) / wanted * 1000 for process, used in system.meters.items()}
    return Segment(wanted, seconds, cpu)


def _account(segments: list[Segment]) -> dict[str, object]:
    processes = segments[0].cpu
    return {
        "lives_per_s": as_json(spread([each.rate for each in segments])),
        "cpu_ms_per_life": as_json(spread([each.whole_cpu for each in segments])),
        "cpu_ms_by_process": {name: as_json(spread([each.cpu[name] for each in segments])) for name in processes},
    }


def _figures(found: Mapping[str, list[Segment]]) -> Figures:
    figures: Figures = {}
    for name, segments in found.items():
        figures[f"{name}.lives_per_s"] = spread([each.rate for each in segments])
        figures[f"{name}.cpu_ms"] = spread([each.whole_cpu for each in segments])
        for peer in (plan.REFERENCE, plan.DBOS, plan.FLOOR):
            if name in COMPARED and peer in found and peer != name:
                figures |= _compared(name, segments, peer, found[peer])
    return figures


def _compared(name: str, ours: list[Segment], peer: str, theirs: list[Segment]) -> Figures:
    """Round by round."""
    return {
        f"{name}.cpu_per_{peer}": ratios([each.whole_cpu for each in ours], [each.whole_cpu for each in theirs]),
        f"{name}.lives_per_{peer}": ratios([each.rate for each in ours], [each.rate for each in theirs]),
    }
