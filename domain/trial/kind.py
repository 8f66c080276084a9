"""Trials, as a row of the table of lifecycles."""

from typing import Final

from domain.desk import Desk, ListFilter, StartForm
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.operator_updates import about
from domain.trial.examples import EXAMPLES, offers
from domain.trial.letters import LETTERS
from domain.trial.list_line import TrialLine
from domain.trial.messages import StartTrial
from domain.trial.readers import readers
from domain.trial.recompute import TrialRecount
from domain.trial.repair import REPAIR
from domain.trial.row import TrialRow
from domain.trial.rules import RULES
from domain.trial.start_people import TrialPeople
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.trial.view import trial_view

TRIAL: Final = Kind(
    name=Lifecycle.TRIAL,
    workflow="Trial",
    start=StartTrial,
    id_field="trial_id",
    id_example="T-1001",
    judges_starts=True,
    people=TrialPeople,
    row=TrialRow,
    linked_to=lambda state: state.order_number,
    list_line=TrialLine,
    state=TrialState,
    stages=TrialStage,
    examples=EXAMPLES,
    operator_examples=about("trial-T-1001/trial_welcome/customer_administrator/0"),
    letters=LETTERS,
    view=trial_view,
    offers=offers,
    recompute=TrialRecount,
    readers=readers,
    rules=RULES,
    repair=REPAIR,
    desk=Desk(
        filters=(
            ListFilter(name="trials that may be converted", awaiting="convert"),
            ListFilter(name="trials in grace", stage="expired_grace"),
        ),
        starts=(
            StartForm(name="a trial, new customer", example="trial.start.new_customer.json"),
            StartForm(name="a trial, with consent", example="trial.start.existing_customer.json"),
            StartForm(name="a trial, paying customer", example="trial.start.paying_customer.json"),
        ),
    ),
)
