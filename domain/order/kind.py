"""Orders, new and renewal, as a row of the table of lifecycles."""

from typing import Final

from domain.desk import Desk, ListFilter, StartForm
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.order.examples import EXAMPLES, offers
from domain.order.letters import LETTERS
from domain.order.list_line import OrderLine
from domain.order.messages import PlaceOrder
from domain.order.readers import readers
from domain.order.recompute import OrderRecount
from domain.order.repair import REPAIR
from domain.order.row import OrderRow
from domain.order.rules import RULES
from domain.order.start_people import OrderPeople
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.order.view import order_view

ORDER: Final = Kind(
    name=Lifecycle.ORDER,
    workflow="Order",
    start=PlaceOrder,
    id_field="sales_order_number",
    id_example="SO-100001",
    people=OrderPeople,
    row=OrderRow,
    linked_to=lambda state: state.subscription_id,
    list_line=OrderLine,
    state=OrderState,
    stages=Stage,
    examples=EXAMPLES,
    operator_examples={"acknowledge": {}, "extend_due_date": {}, "skip_reminder": {}},
    letters=LETTERS,
    view=order_view,
    offers=offers,
    recompute=OrderRecount,
    readers=readers,
    rules=RULES,
    repair=REPAIR,
    desk=Desk(
        filters=(ListFilter(name="held without terms", stage="held", awaiting="accept_terms"),),
        starts=(
            StartForm(name="a new order", example="order.start.new.json"),
            StartForm(name="a renewal", example="order.start.renewal.json"),
        ),
    ),
)
