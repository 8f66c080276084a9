"""Orders, new and renewal, as a row of the table of lifecycles."""

from typing import Final

from domain.desk import Desk, ListFilter, StartForm
from domain.kind import Continued, Kind
from domain.lifecycle import Lifecycle
from domain.order.examples import EXAMPLES, known, offers
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


def _renewed(start: PlaceOrder) -> Continued | None:
    if start.subscription_id is None:
        return None
    return Continued(
        lifecycle=Lifecycle.SUBSCRIPTION,
        id=start.subscription_id,
        customer_id=start.customer.id,
        field="subscription_id",
        rule="REN-01",
    )


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
    known=known,
    recompute=OrderRecount,
    readers=readers,
    continues=_renewed,
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
