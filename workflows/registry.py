"""Every workflow type that people or systems may start: what a worker runs, and what is replayed and forecast."""

from typing import Any, Final

from workflows.case import SupportCase
from workflows.compliance import ComplianceCheck
from workflows.device import DeviceLoan
from workflows.hub_week import CloseHubWeek
from workflows.option import OptionRequest
from workflows.order import Order
from workflows.subscription import Subscription
from workflows.trial import Trial
from workflows.wholesale import WholesaleCustomer

WORKFLOWS: Final[list[type[Any]]] = [
    Order,
    Subscription,
    Trial,
    DeviceLoan,
    OptionRequest,
    SupportCase,
    WholesaleCustomer,
    ComplianceCheck,
]
"""One for each row of the table of lifecycles, by the name that the row gives it."""

BESIDE: Final[list[type[Any]]] = [CloseHubWeek]
"""No lifecycles: a worker runs them and a replay judges them, and nobody starts, forecasts or sends one anything."""
