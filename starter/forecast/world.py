"""The world of a forecast: answers the activities of our lifecycles as if all went well. It touches nothing real."""

from starter.forecast.customers import ImaginedCustomers
from starter.forecast.options import ImaginedOptions
from starter.forecast.orders import ImaginedOrders
from starter.forecast.trials import ImaginedTrials


class ImaginedWorld(ImaginedOrders, ImaginedTrials, ImaginedOptions, ImaginedCustomers):
    """A part for those whose activities need the store or the lifecycles of this forecast; what any other asks, its row
    of the table imagines."""
