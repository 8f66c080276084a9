"""Who assigned few licences, compared with the partner's other customers of the same product. HUB-53, AMB-22. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from fractions import Fraction
from typing import Final, NamedTuple

from domain.hub.lines import Line
from domain.hub.policy import PER_CENT, HubPolicy

RANKED: Final = 64
"""Bits that tell two ratios of counts below 2^32 apart."""


class Peers(NamedTuple):
    """Customers of one partner with licences of one product are each other's peers."""

    partner_id: str
    product: str


class Assigned(NamedTuple):
    """Of some licences; compared without fractions, which ten thousand customers would have to wait for."""

    assigned: int
    total: int

    def below(self, limit: Fraction) -> bool:
        """Is assigned ÷ total less?"""
        return self.assigned * limit.denominator < limit.numerator * self.total

    @property
    def rank(self) -> int:
        """In the order of the ratios; exact for any counts that licences have."""
        return (self.assigned << RANKED) // self.total


NOTHING: Final = (0, 0)


def low_lines(lines: Sequence[Line], policy: HubPolicy, peers: Sequence[Line] | None = None) -> list[Line]:
    """Of the customers whose assignment is low, the lines whose own is: one that was all assigned is not among them.

    `peers`: every line of the partners, where `lines` are only some customers'. Who sees few customers must not find
    other ones low than who sees all. None: `lines` are all. Lines that do not run, or that no file spoke of, count
    nowhere.
    """
    theirs = assignments(lines)
    every = theirs if peers is None else assignments(peers)
    limits = {group: limit(list(customers.values()), policy) for group, customers in every.items()}
    low = {
        (*group, customer)
        for group, customers in theirs.items()
        for customer, assigned in customers.items()
        if assigned.below(limits[group])
    }
    return [line for line in lines if _of_one_of(low, line) and _own_is_low(line, limits)]


def limit(assigned: Sequence[Assigned], policy: HubPolicy) -> Fraction:
    """The percentile of a group that is large enough; of a smaller one the fixed share. AMB-22."""
    if len(assigned) < policy.low_peers:
        return Fraction(policy.low_without_peers, PER_CENT)
    return percentile(assigned, policy.low_percentile)


def percentile(values: Sequence[Assigned], per_cent: int) -> Fraction:
    """Between the two nearest ranks in proportion, as spreadsheets have it (PERCENTILE.INC): of five values the 25th is
    the second lowest."""
    ordered = sorted(values, key=lambda value: value.rank)
    rank, beyond = divmod(Fraction((len(ordered) - 1) * per_cent, PER_CENT), 1)
    low, high = (Fraction(*ordered[min(int(rank) + above, len(ordered) - 1)]) for above in (0, 1))
    return low + (high - low) * beyond


def assignments(lines: Sequence[Line]) -> Mapping[Peers, Mapping[str, Assigned]]:
    """Of each customer over its lines of one product; without licences nobody is anybody's peer."""
    sums: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for line in lines:
        if line.active and line.measured:
            of_group = sums[line.partner_id, line.product]
            assigned, total = of_group.get(line.customer_id, NOTHING)
            of_group[line.customer_id] = assigned + line.assigned, total + line.total
    return {
        Peers(*group): {customer: Assigned(*one) for customer, one in customers.items() if one[1]}
        for group, customers in sums.items()
    }


def _of_one_of(low: Set[tuple[str, str, str]], line: Line) -> bool:
    return (line.partner_id, line.product, line.customer_id) in low


def _own_is_low(line: Line, limits: Mapping[Peers, Fraction]) -> bool:
    return (
        line.active
        and line.measured
        and line.total > 0
        and Assigned(line.assigned, line.total).below(limits[Peers(line.partner_id, line.product)])
    )
