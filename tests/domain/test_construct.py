"""What was accepted is read again without a judge, and is the same."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import email_validator
import phonenumbers
import pycountry
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import activities.case
import activities.compliance
import activities.context
import activities.mail
import activities.option
import activities.order
import activities.subscription
import activities.trial
import activities.wholesale
import activities.wholesale_users  # noqa: F401 - their models are to be known
from domain.checks import Judged, Normalised
from domain.construct import constructed, constructed_json
from domain.values import Email, Language, Model, Person, Phone, SiteUrl, WebUrl
from tests.arbitrary import anything, valid
from tests.domain.test_gate_messages import TRAVELS, assert_taken_again
from tests.examples import EXAMPLES
from tests.makers import some

ROOMS = ("domain.", "activities.")
JUDGED_ALWAYS = "domain.hub."
"""Rows of files, forms and settings: nobody reads them back from where they were kept."""


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for known in model.__subclasses__():
        yield known
        yield from below(known)


MODELS = sorted(
    {
        each
        for each in below(BaseModel)
        if each.__module__.startswith(ROOMS)
        and not each.__module__.startswith(JUDGED_ALWAYS)
        and not each.__abstractmethods__
    },
    key=lambda model: (model.__module__, model.__name__),
)
"""Every model of ours that travels or is stored."""

SLOW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


class Broken(Exception):
    """A library of another release, asked what it must not be asked."""


@contextmanager
def no_judge() -> Iterator[None]:
    """Whoever asks a judge or a library behind one fails."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise Broken

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Judged, "__call__", refuse)
        for library, name in ((email_validator, "validate_email"), (phonenumbers, "parse")):
            patched.setattr(library, name, refuse)
        patched.setattr(pycountry.countries, "get", refuse)
        yield


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_a_model_took_is_constructed_the_same_and_no_judge_is_asked(model: type[BaseModel]) -> None:
    """What travels is also taken again, by every way in."""
    travels = model in TRAVELS

    @settings(SLOW, max_examples=5 if travels else 3)
    @given(valid(model, *EXAMPLES.get(model, ())))
    def is_the_same(taken: BaseModel) -> None:
        if travels:
            assert_taken_again(taken)
        dumped = taken.model_dump_json()
        with no_judge():
            assert constructed_json(model, dumped.encode()) == taken
            assert constructed(model, json.loads(dumped)) == taken
            assert constructed(model, taken) == taken

    is_the_same()


def test_all_that_travels_is_among_them() -> None:
    assert {*TRAVELS} <= {*MODELS}


def test_the_judge_that_must_not_be_asked_would_have_refused() -> None:
    with no_judge(), pytest.raises(Broken):
        Person(first_name="K", last_name="S", email="k@a.example", language=Language.ENGLISH, zone="UTC")


class Spelled(Model):
    """Every value that has several spellings."""

    email: Email
    phone: Phone
    site: SiteUrl
    page: WebUrl


@settings(SLOW, max_examples=40)
@given(st.data())
def test_what_was_sent_reads_the_same_with_a_judge_and_without(data: st.DataObject) -> None:
    """A workflow replays from what was sent, not from what we made of it: its first run and every replay must agree."""
    sent = json.dumps(data.draw(anything(Spelled))).encode()
    try:
        judged = Spelled.model_validate_json(sent)
    except ValidationError:
        return
    assert constructed_json(Spelled, sent) == judged


@pytest.mark.parametrize(
    "spelling",
    [
        "+",
        "tel:",
        ";ext=",
        "((",
        "x1",
        "@",
        "a@",
        "@xn--",
        "a@xn--\u00df.de",
        "https://[",
        "//",
        "https://\ud800/",
        "あ",
    ],
)
def test_a_normaliser_never_refuses_and_settles_at_once(spelling: str) -> None:
    for field in some(Spelled.model_fields.values()):
        for normalise in (each.func for each in field.metadata if isinstance(getattr(each, "func", None), Normalised)):
            assert normalise(normalise(spelling)) == normalise(spelling)


def test_structure_and_types_are_still_read() -> None:
    with pytest.raises(ValidationError) as refused:
        constructed(Person, {"first_name": 7, "email": "hunter2"})
    assert "hunter2" not in str(refused.value)
    assert "input_value" not in str(refused.value)


def test_unknown_fields_of_another_release_are_ignored() -> None:
    taken = Person(first_name="K", last_name="S", email="k@a.example", language=Language.ENGLISH, zone="UTC")
    assert constructed(Person, taken.model_dump(mode="json") | {"nickname": "Kenny"}) == taken
