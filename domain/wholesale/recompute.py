"""A wholesale customer's one date by new rules: it is counted in hours, and stays. AMB-39. Pure."""

from datetime import datetime

from domain.deadlines import Deadline
from domain.recompute import Recount
from domain.wholesale.state import WholesaleState


class WholesaleRecount(Recount[WholesaleState]):
    """No calendar has a say in it."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        return deadline.at
