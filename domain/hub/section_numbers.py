"""The numbers above each table of the dashboard: sums over its rows, and ratios of such sums. domain.md §6.8. Pure.

Each is asked with the lines of its section, and with all lines of the product.
"""

from collections.abc import Callable, Sequence

from domain.hub.lines import Line
from domain.hub.numbers import Number, Unit, counted, customers_of, ratio, total


def added(found: Sequence[Line], of_product: Sequence[Line]) -> tuple[Number, ...]:
    """The licences are those of all subscriptions and trials of these customers, not of the new ones alone."""
    new = customers_of(found)
    theirs = sum(line.total for line in of_product if line.active and (line.partner_id, line.customer_id) in new)
    return counted("new_customers", new), total("new_customers_licences", theirs, new)


def expiring(found: Sequence[Line], _of_product: Sequence[Line]) -> tuple[Number, ...]:
    """AMB-23."""
    return (
        counted("expiring_customers", customers_of(found)),
        _of_total("expiring_assignment", found, lambda line: line.assigned),
        _of_total("expiring_usage", found, lambda line: line.used),
    )


def renewing(found: Sequence[Line], _of_product: Sequence[Line]) -> tuple[Number, ...]:
    """AMB-23."""
    return (
        counted("renewing_customers", customers_of(found)),
        _of_total("renewing_assignment", found, lambda line: line.assigned),
        _of_total("renewing_usage", found, lambda line: line.used),
    )


def low(found: Sequence[Line], _of_product: Sequence[Line]) -> tuple[Number, ...]:
    """AMB-25: in use and assigned, of the total as the source says, and of what is assigned, too."""
    in_use, assigned = (sum(map(of, found)) for of in (lambda line: line.used_assigned, lambda line: line.assigned))
    customers = customers_of(found)
    return (
        counted("low_customers", customers),
        _of_total("low_assignment_share", found, lambda line: line.assigned),
        _of_total("low_usage_of_assigned", found, lambda line: line.used_assigned),
        ratio("low_usage_among_assigned", in_use, assigned, customers),
        total("low_unassigned", sum(line.available for line in found), customers),
    )


def over(found: Sequence[Line], _of_product: Sequence[Line]) -> tuple[Number, ...]:
    """AMB-26: overage ÷ customers with overage."""
    customers = customers_of(found)
    over = sum(line.over for line in found)
    return (
        counted("over_customers", customers),
        total("over_licences", over, customers),
        ratio("over_average", over, len(customers), customers, unit=Unit.LICENCES_PER_CUSTOMER),
    )


def _of_total(key: str, found: Sequence[Line], of: Callable[[Line], int]) -> Number:
    """Both sums over the rows of the section."""
    whole = sum(line.total for line in found)
    return ratio(key, sum(map(of, found)), whole, customers_of(found))
