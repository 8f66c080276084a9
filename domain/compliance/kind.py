"""Compliance checks, as a row of the table of lifecycles."""

from typing import Final

from domain.compliance.examples import EXAMPLES, offers
from domain.compliance.letters import LETTERS
from domain.compliance.list_line import CheckLine
from domain.compliance.messages import StartCheck
from domain.compliance.people import CheckPeople
from domain.compliance.policy import CONTACT_IS_NEAR
from domain.compliance.readers import readers
from domain.compliance.recompute import CheckRecount
from domain.compliance.repair import REPAIR
from domain.compliance.row import CheckRow
from domain.compliance.rules import RULES
from domain.compliance.standing import NAME, REVIEW_LATE
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.compliance.view import check_view
from domain.desk import Desk, ListFilter
from domain.kind import Kind
from domain.operator_updates import about

COMPLIANCE: Final = Kind(
    name=NAME,
    workflow="ComplianceCheck",
    called="compliance check",
    start=StartCheck,
    id_field="check_id",
    id_example="W-1001-1",
    handed_in=False,
    people=CheckPeople,
    row=CheckRow,
    linked_to=lambda state: state.external_id,
    list_line=CheckLine,
    state=CheckState,
    stages=CheckStage,
    examples=EXAMPLES,
    operator_examples=about(
        "compliance-W-1001-1/compliance_contact/1",
        acknowledge={"alert": REVIEW_LATE},
        extend_due_date={"deadline": REVIEW_LATE},
    ),
    letters=LETTERS,
    view=check_view,
    offers=offers,
    recompute=CheckRecount,
    readers=readers,
    rules=RULES,
    repair=REPAIR,
    desk=Desk(
        filters=(
            ListFilter(name="compliance reviews", stage=CheckStage.IN_REVIEW),
            ListFilter(name="compliance reviews over an hour", stage=CheckStage.IN_REVIEW, jeopardy=True),
            ListFilter(name="partners to contact", sort=f"{NAME}.contact", due_within=CONTACT_IS_NEAR),
            ListFilter(name="deprovisioning announced", sort=f"{NAME}.announced"),
        ),
    ),
)
