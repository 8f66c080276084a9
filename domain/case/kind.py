"""Support cases, as a row of the table of lifecycles."""

from typing import Final

from domain.case.examples import EXAMPLES, STARTS, offers
from domain.case.imagined import IMAGINED
from domain.case.letters import LETTERS
from domain.case.list_line import CaseLine
from domain.case.messages import OpenCase
from domain.case.people import CasePeople
from domain.case.policy import FORESEEN
from domain.case.readers import readers
from domain.case.recompute import CaseRecount
from domain.case.repair import REPAIR
from domain.case.row import CaseRow
from domain.case.rules import RULES
from domain.case.standing import CLOSES, GOAL_MISSED, NAME
from domain.case.state import CaseState
from domain.case.states import CaseStage
from domain.case.view import case_view
from domain.desk import Desk, ListFilter, StartForm
from domain.kind import Kind
from domain.operator_updates import about
from domain.policy import HOUR

S1: Final = f"{NAME}.s1"

CASE: Final = Kind(
    name=NAME,
    workflow="SupportCase",
    start=OpenCase,
    id_field="case_id",
    id_example="C-1001",
    judges_starts=True,
    is_taken=lambda view: "why" in view.facts,
    people=CasePeople,
    row=CaseRow,
    linked_to=lambda state: state.found.account_id,
    list_line=CaseLine,
    state=CaseState,
    stages=CaseStage,
    examples=EXAMPLES,
    start_examples=STARTS,
    operator_examples=about(
        "case-C-1001/case_acknowledged", acknowledge={"alert": GOAL_MISSED}, extend_due_date={"deadline": CLOSES}
    ),
    letters=LETTERS,
    view=case_view,
    offers=offers,
    recompute=CaseRecount,
    readers=readers,
    rules=RULES,
    repair=REPAIR,
    imagined=IMAGINED,
    foreseen=FORESEEN,
    desk=Desk(
        filters=(
            ListFilter(name="S1 cases", sort=S1),
            ListFilter(name="S1 cases with something due within the hour", sort=S1, due_within=HOUR),
            ListFilter(name="cases that missed something", jeopardy=True),
            ListFilter(name="cases nobody has answered yet", awaiting="respond"),
            ListFilter(name="cases that wait for the partner", stage=CaseStage.PENDING),
            ListFilter(name="cases without the customer's main e-mail", awaiting="set_main_email"),
        ),
        starts=(
            StartForm(name="a support case", example="case.start.widget.json"),
            StartForm(name="a support case, by phone", example="case.start.phone.json"),
        ),
    ),
)
