"""Option requests, as a row of the table of lifecycles."""

from datetime import UTC, datetime
from typing import Final

from domain.desk import Desk, ListFilter, StartForm
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.operator_updates import about
from domain.option.examples import EXAMPLES, STARTS, offers
from domain.option.letters import LETTERS
from domain.option.list_line import OptionLine
from domain.option.messages import RequestOption
from domain.option.people import OptionPeople
from domain.option.readers import readers
from domain.option.recompute import OptionRecount
from domain.option.repair import REPAIR
from domain.option.row import OptionRow
from domain.option.rules import RULES
from domain.option.state import EXPECTED, NAME, NOT_KNOWN_YET, OptionState
from domain.option.states import OptionStage
from domain.option.view import option_view

OPTION: Final = Kind(
    name=NAME,
    workflow="OptionRequest",
    called="option request",
    start=RequestOption,
    id_field="request_id",
    id_example="OR-4001",
    judges_starts=True,
    is_taken=lambda view: view.customer_id != NOT_KNOWN_YET,
    people=OptionPeople,
    row=OptionRow,
    linked_to=lambda state: state.subscription_id,
    list_line=OptionLine,
    state=OptionState,
    stages=OptionStage,
    examples=EXAMPLES,
    start_examples=STARTS,
    operator_examples=about(
        "option-OR-4001/option_acknowledged",
        acknowledge={"alert": EXPECTED},
        extend_due_date={"deadline": EXPECTED, "at": datetime(2030, 7, 31, 15, tzinfo=UTC)},
    ),
    letters=LETTERS,
    view=option_view,
    offers=offers,
    recompute=OptionRecount,
    readers=readers,
    rules=RULES,
    repair=REPAIR,
    stands_on=lambda start: ((Lifecycle.SUBSCRIPTION, start.subscription_id),),
    imagined={"apply_option": lambda _given: {}},
    desk=Desk(
        filters=(
            ListFilter(name="option requests to begin", awaiting="begin_work"),
            ListFilter(name="option requests to complete", awaiting="complete"),
        ),
        starts=tuple(
            StartForm(name=f"an option request, {kind.replace('_', ' ')}", example=f"option.start.{kind}.json")
            for kind in STARTS
        ),
    ),
)
