"""The rules of domain.md behind a case's deadlines and stages."""

from typing import Final

from domain.case import standing as case
from domain.case.states import CaseEvent
from domain.rules import Rules

RULES: Final = Rules(
    deadlines={
        f"{case.FIRST_RESPONSE}_warn": "SUP-20, AMB-34",
        f"{case.FIRST_RESPONSE}_breach": "SUP-20, AMB-34",
        f"{case.IDENTIFICATION}_warn": "SUP-20, AMB-34",
        f"{case.IDENTIFICATION}_breach": "SUP-20, AMB-34",
        "status_warn": "SUP-21, AMB-37",
        "status_due": "SUP-21, AMB-37",
        case.GOAL_MISSED: "SUP-21",
    },
    events={
        "case.received": "SUP-07, M-30",
        CaseEvent.INFORMATION_REQUIRED: "SUP-14, AMB-33",
        CaseEvent.ACCOUNT_NAMED: "SUP-13",
        CaseEvent.TAKEN_UP: "SUP-13",
        CaseEvent.RESPONDED: "SUP-20",
        CaseEvent.IDENTIFIED: "SUP-20",
        CaseEvent.PARTNER_ASKED: "SUP-21",
        CaseEvent.PARTNER_ANSWERED: "SUP-21",
        CaseEvent.STATUS_POSTED: "SUP-21, M-31",
        CaseEvent.RESOLVED: "SUP-21",
        CaseEvent.REOPENED: "SUP-21, AMB-37",
    },
)
