"""An option request's one date by new rules: the day it is expected on stays. AMB-5, AMB-39. Pure."""

from datetime import datetime

from domain.deadlines import Deadline
from domain.option.state import OptionState
from domain.recompute import Recount


class OptionRecount(Recount[OptionState]):
    """It ends with a day."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        return self.on_the_same_day(deadline.at)
