"""Subscriptions, as a row of the table of lifecycles."""

from typing import Final

from domain.desk import Desk, ListFilter
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.operator_updates import about
from domain.subscription.examples import EXAMPLES, known, offers
from domain.subscription.letters import LETTERS
from domain.subscription.list_line import SubscriptionLine
from domain.subscription.messages import StartSubscription
from domain.subscription.recompute import SubscriptionRecount
from domain.subscription.repair import REPAIR
from domain.subscription.row import SubscriptionRow
from domain.subscription.rules import RULES
from domain.subscription.state import SubscriptionState
from domain.subscription.states import SubscriptionStage
from domain.subscription.view import subscription_view

SUBSCRIPTION: Final = Kind(
    name=Lifecycle.SUBSCRIPTION,
    workflow="Subscription",
    start=StartSubscription,
    id_field="subscription_id",
    id_example="sub-SO-100001",
    handed_in=False,
    opened_by_record=True,
    row=SubscriptionRow,
    list_line=SubscriptionLine,
    state=SubscriptionState,
    stages=SubscriptionStage,
    examples=EXAMPLES,
    operator_examples=about(
        "subscription-sub-SO-100001/subscription_suspended/2030-06-01",
        acknowledge={"alert": "renewal_target"},
        extend_due_date={"deadline": "renewal_target"},
        skip_reminder={"deadline": "renewal_notice/30"},
    ),
    letters=LETTERS,
    view=subscription_view,
    offers=offers,
    known=known,
    recompute=SubscriptionRecount,
    rules=RULES,
    repair=REPAIR,
    desk=Desk(filters=(ListFilter(name="suspended subscriptions", stage="suspended"),)),
)
