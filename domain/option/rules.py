"""The rules of domain.md behind an option request's deadline and stages."""

from typing import Final

from domain.option import state as option
from domain.option.states import OptionEvent
from domain.rules import Rules

RULES: Final = Rules(
    deadlines={option.EXPECTED: "AMB-5"},
    events={
        "option.requested": "OPT-01",
        OptionEvent.BEGUN: "OPT-02",
        OptionEvent.ANSWERED: "OPT-03",
        OptionEvent.COMPLETED: "OPT-02",
        OptionEvent.REJECTED: "OPT-02",
        OptionEvent.CANCELLED: "OPT-02",
    },
)
