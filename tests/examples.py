"""By model: valid examples, the messages that operators are shown, a life of every kind, and everything inside them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel

from domain.case.examples import EXAMPLES as CASE
from domain.compliance.examples import EXAMPLES as COMPLIANCE
from domain.device.examples import EXAMPLES as DEVICE
from domain.device.messages import StartDeviceLoan
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.option.examples import EXAMPLES as OPTION
from domain.option.messages import OptionKind
from domain.order.examples import EXAMPLES as ORDER
from domain.subscription.examples import EXAMPLES as SUBSCRIPTION
from domain.trial.examples import EXAMPLES as TRIAL
from domain.trial.messages import GiveDetails
from domain.wholesale.dial_in import CallInNumber
from domain.wholesale.examples import EXAMPLES as WHOLESALE
from tests import compliance
from tests.accounts import an_account
from tests.cases import an_opening
from tests.lives import starts
from tests.makers import MONDAY, a_partner, a_renewal, a_subscription_start, a_trial, an_order
from tests.options import a_request
from tests.wholesale import an_onboarding

STARTS: Final = (
    an_opening(),
    an_order(reselling_partner=a_partner("namdaemun")),
    a_renewal(),
    a_trial(),
    a_subscription_start(),
    StartDeviceLoan(
        by="tenure",
        device_id="d-1",
        trial_id="t-1",
        customer_id="akasaka",
        partner_id="hikari",
        model="Room Kit",
        serial_number="FOC-1",
        expires_on=MONDAY + timedelta(days=90),
        country="JP",
        zone="Asia/Tokyo",
        customer_administrators=1,
        partner_administrators=1,
    ),
    *(a_request(kind, subscription_id="sub-1") for kind in OptionKind),
    an_onboarding(),
    compliance.a_start(),
)


def _inside(value: Any) -> Iterator[BaseModel]:
    match value:
        case BaseModel():
            yield value
            for name in type(value).model_fields:
                yield from _inside(getattr(value, name))
        case dict():
            yield from _inside(tuple(value.values()))
        case tuple() | list():
            for each in value:
                yield from _inside(each)


MESSAGES: Final = (
    *STARTS,
    *(
        said
        for examples in (ORDER, SUBSCRIPTION, TRIAL, DEVICE, OPTION, CASE, WHOLESALE, COMPLIANCE, OPERATOR_EXAMPLES)
        for said in examples.values()
    ),
    GiveDetails(by="partner-hikari"),
    an_account(),
)

SETTINGS: Final = (CallInNumber(number="+6561234567", code="+65", label="Singapore"),)
"""What nobody sends, and no life here has inside."""

EXAMPLES: Final[dict[type[BaseModel], list[Any]]] = {}
for _example in (*MESSAGES, *SETTINGS, *starts()):
    for _found in _inside(_example):
        EXAMPLES.setdefault(type(_found), []).append(_found)
