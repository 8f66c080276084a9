"""Option requests, as tests ask for them."""

from typing import Any, Final

from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from domain.option.messages import BeginWork, CancelRequest, CompleteWork, OptionKind, RejectRequest, RequestOption
from domain.option.state import OptionState
from domain.option.subscribed import Subscribed
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.subscription.messages import TerminateSubscription
from domain.subscription.sites import SubscriptionSite
from domain.subscription.state import SubscriptionState
from domain.working_time import add_months, local_day
from tests.makers import MONDAY, a_person, a_subscription_start, an_order
from tests.records import recorded
from tests.zones import today

SITE: Final = "akasaka.webex.example"
SUBSCRIPTION_ID: Final = "sub-SO-100001"

DETAILS: Final[dict[OptionKind, dict[str, Any]]] = {
    OptionKind.LANGUAGE: {"language": {"site": SITE, "language": "pt-BR"}},
    OptionKind.SITE_SPLIT: {
        "site_split": {"url": "akasaka-lab.webex.example", "named_users": 10, "taken_from": SITE},
    },
    OptionKind.CONTACT: {
        "contact": {
            "contact_of": "customer",
            "person": a_person("taro.suzuki@akasaka.example.com", first_name="太郎", last_name="鈴木"),
        },
    },
    OptionKind.SESSION_TYPE: {
        "session_type": {"site": SITE, "name": "Sales training", "description": "Up to 200 people."},
    },
    OptionKind.LOGO: {"logo": {"site": SITE, "image": "https://akasaka.example.com/logo.png"}},
    OptionKind.RENEWAL_DATE: {},
    OptionKind.CSM: {},
    OptionKind.OTHER: {"text": "Please call us about our plans."},
}
"""Of a request of each kind."""


def a_request(kind: OptionKind = OptionKind.LANGUAGE, request_id: str = "OR-1", **changes: Any) -> RequestOption:
    """By the partner who faces Akasaka, about its subscription."""
    given = {
        "by": "partner-hikari",
        "request_id": request_id,
        "subscription_id": SUBSCRIPTION_ID,
        "partner_id": "hikari",
        "requester": a_person("desk@hikari.example.com", first_name="健", last_name="佐藤"),
        "kind": kind,
        **DETAILS[kind],
    }
    return RequestOption.model_validate(given | changes)


def what_is_known(**changes: Any) -> Subscribed:
    """Of Akasaka's subscription, which ends a year after MONDAY."""
    given = {
        "customer_id": "akasaka",
        "customer_company": "赤坂商事",
        "facing_partner": "ひかりシステムズ",
        "zone": "Asia/Tokyo",
        "zone_rules": today("Asia/Tokyo"),
        "renewal_date": add_months(local_day(MONDAY, "Asia/Tokyo"), 12),
        "csm": "csm-1",
    }
    return Subscribed.model_validate(given | changes)


def opened(request: RequestOption | None = None, now: Any = MONDAY, **known: Any) -> OptionState:
    """As its workflow has it once the store has taken it."""
    state = OptionState.requested(request or a_request(), now)
    state.learn(what_is_known(**known))
    state.begin(now)
    return state


def begun() -> BeginWork:
    return BeginWork(by="vendor-desk")


def done(note: str | None = None) -> CompleteWork:
    return CompleteWork(by="vendor-desk", note=note)


def turned_down(reason: str = "this is not offered") -> RejectRequest:
    return RejectRequest(by="vendor-desk", reason=reason)


def withdrawn(reason: str = "not needed any more") -> CancelRequest:
    return CancelRequest(by="partner-hikari", reason=reason)


# The subscription, in a store without workflows.


def subscribed(store: SqlStore, **changes: Any) -> None:
    """A subscription with one site of 25 named users, in Japanese, and the order that began it."""
    order = OrderState.placed(an_order(), MONDAY)
    store.open_order(an_order(), order, "run-SO-100001", MONDAY)
    order.stage = Stage.COMPLETED
    recorded(store, order, order.journal.take(), "run-SO-100001", MONDAY)
    given = {"sites": (SubscriptionSite(url=SITE, named_users=25, languages=("ja",)),)}
    told(store, SubscriptionState.started(a_subscription_start(**given | changes), MONDAY))


def subscription(store: SqlStore) -> SubscriptionState:
    """As the store has it."""
    found: SubscriptionState = store.state(Lifecycle.SUBSCRIPTION, SUBSCRIPTION_ID)
    return found


def told(store: SqlStore, state: SubscriptionState) -> None:
    """As its workflow would record it."""
    recorded(store, state, state.journal.take(), "run-sub", MONDAY)


def terminated(store: SqlStore) -> None:
    """It is over."""
    state = subscription(store)
    state.terminate(TerminateSubscription(by="ops-7", reason="moved elsewhere"), MONDAY)
    told(store, state)
