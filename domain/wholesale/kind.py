"""Wholesale customers, as a row of the table of lifecycles."""

from typing import Final

from domain.desk import Desk, ListFilter, StartForm
from domain.kind import Kind
from domain.operator_updates import about
from domain.wholesale.examples import EXAMPLES, STARTS, offers
from domain.wholesale.letters import LETTERS
from domain.wholesale.list_line import WholesaleLine
from domain.wholesale.messages import OnboardCustomer
from domain.wholesale.people import WholesalePeople
from domain.wholesale.readers import readers
from domain.wholesale.recompute import WholesaleRecount
from domain.wholesale.repair import REPAIR
from domain.wholesale.row import WholesaleRow
from domain.wholesale.rules import RULES
from domain.wholesale.state import NAME, PROVISIONED_LATE, WholesaleState
from domain.wholesale.states import WholesaleStage
from domain.wholesale.view import OWN, wholesale_view

WHOLESALE: Final = Kind(
    name=NAME,
    workflow="WholesaleCustomer",
    called="wholesale customer",
    start=OnboardCustomer,
    id_field="external_id",
    id_example="W-1001",
    judges_starts=True,
    is_taken=lambda view: "location" in view.facts,
    people=WholesalePeople,
    row=WholesaleRow,
    list_line=WholesaleLine,
    state=WholesaleState,
    stages=WholesaleStage,
    examples=EXAMPLES,
    start_examples=STARTS,
    operator_examples=about(
        "wholesale-W-1001/wholesale_deprovisioned",
        acknowledge={"alert": PROVISIONED_LATE},
        extend_due_date={"deadline": PROVISIONED_LATE},
    ),
    letters=LETTERS,
    view=wholesale_view,
    offers=offers,
    recompute=WholesaleRecount,
    readers=readers,
    rules=RULES,
    repair=REPAIR,
    desk=Desk(
        filters=(
            ListFilter(
                name="wholesale customers provisioned with errors", stage=WholesaleStage.PROVISIONED_WITH_ERRORS
            ),
            ListFilter(name="wholesale customers that could not be provisioned", stage=WholesaleStage.ERROR),
            ListFilter(name="wholesale customers being deprovisioned", stage=WholesaleStage.DEPROVISIONING),
            ListFilter(name="wholesale customers, partners' own organizations", sort=OWN),
        ),
        starts=(
            StartForm(name="a wholesale customer", example="wholesale.start.customer.json"),
            StartForm(name="a partner's own organization", example="wholesale.start.own.json"),
        ),
    ),
)
