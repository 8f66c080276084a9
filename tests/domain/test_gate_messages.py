"""What was taken is taken again: no value that a model accepts becomes one that it, or anything behind it, refuses."""

import json
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel, ValidationError

import activities.case
import activities.compliance
import activities.mail
import activities.option
import activities.order
import activities.subscription
import activities.trial
import activities.wholesale
import activities.wholesale_users  # noqa: F401 - their request models are to be known
from domain.address_checks import LONGEST_URL
from domain.values import Message, Signal, WebUrl
from tests.arbitrary import anything
from tests.examples import EXAMPLES


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for known in model.__subclasses__():
        yield known
        yield from below(known)


def in_requests(model: type[BaseModel]) -> bool:
    return model.__module__.startswith("activities.") and model.__module__ != "activities.ports"


TRAVELS = sorted(
    {
        *(each for kind in (Message, Signal) for each in below(kind) if each.__module__.startswith("domain.")),
        *(each for each in below(BaseModel) if in_requests(each)),
    },
    key=lambda model: (model.__module__, model.__name__),
)
"""Every start, update, signal and activity request."""

SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def assert_taken_again(taken: BaseModel) -> None:
    """And the same, whichever way it is read. `test_construct.py` asks it of what it draws of every model."""
    model, said = type(taken), taken.model_dump_json()
    assert model.model_validate_json(said) == taken
    assert model.model_validate(json.loads(said)) == taken
    assert model.model_validate_json(said).model_dump_json() == said


class Link(Message):
    """A message of nothing but an address."""

    url: WebUrl


@SOME
@given(anything(Link))
def test_no_address_grows_beyond_what_it_may_have(sent: dict[str, str]) -> None:
    try:
        url = Link.model_validate(sent).url
    except ValidationError:
        return
    assert len(url) <= LONGEST_URL
    assert url.isascii()
    assert Link(by="ops-7", url=url).url == url


def test_every_message_has_an_example() -> None:
    """Without one the gate would draw nothing for a model whose fields depend on each other."""
    bare = {"Resume", "ClearCompliance", "AcceptTrial", "DeclineTrial", "ResendConsent", "WithdrawTrial"}
    messages = {each for each in below(Message) if each.__module__.startswith("domain.")}
    assert {each.__name__ for each in messages - EXAMPLES.keys()} <= bare
