"""How values travel to and from Temporal: pydantic's JSON, judged once where it arrives from outside.

*External* messages are judged: models with `external: ClassVar[bool] = True`, when they first arrive. A start is judged
by the guard around the workflow (`judge_start`, guard.py), an update or a query by the workflow's own converter
(`Door`). A replay, a continued run, an activity and a client *construct*: see domain/construct.py. Signals are always
read by their own checks, which never change (`Signal`). Whatever else does not decode (an activity's result, what an
own workflow wrote) is a fault of ours and stays a failed workflow task: the workflow waits, unharmed, for the release
that reads it.
"""

import dataclasses
from collections.abc import Sequence
from itertools import zip_longest
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    CompositePayloadConverter,
    DefaultFailureConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadConverter,
)
from temporalio.exceptions import ApplicationError

from activities.errors import refused_for
from adapters.temporal import phrases
from adapters.temporal.phrases import Wrong
from domain.construct import constructed_json
from domain.reasons import Problem, Reason
from domain.values import BAD_INPUT, REFUSED, Signal

UNKNOWN_WORKFLOW: Final = "UnknownWorkflowType"
"""The failure type of a start that names no workflow of ours."""

FOR_PEOPLE: Final = frozenset({BAD_INPUT, REFUSED, UNKNOWN_WORKFLOW})
"""Failure types that say all there is to say in their message: a Python stack trace would only hide it."""


def bad_input(message: str, code: Reason = Reason.NOT_ONE_OBJECT) -> ApplicationError:
    """A refusal of malformed input, never with a value that was given."""
    return refused_for(message, [Problem.of(code, message)], BAD_INPUT)


class _ConstructedJSON(PydanticJSONPlainPayloadConverter):
    """JSON whose content was judged when it came, or is our own."""

    def from_payload(self, payload: Payload, type_hint: Any = None) -> Any:
        return constructed_json(Any if type_hint is None else type_hint, payload.data)


_ENCODINGS: Final = tuple(
    _ConstructedJSON() if isinstance(each, JSONPlainPayloadConverter) else each
    for each in DefaultPayloadConverter.default_encoding_payload_converters
)


class Door(CompositePayloadConverter):
    """pydantic's JSON converter. It judges an update or a query from outside that a workflow reads, unless this is a
    replay, and constructs everything else.

    The same one everywhere, and not one for each context: the SDK would make a converter anew for every task.
    """

    def __init__(self) -> None:
        """The SDK's encodings, JSON as above: all instances share them."""
        super().__init__(*_ENCODINGS)

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The SDK reads updates and queries inside the workflow; the start, which the guard has judged, signals and
        activities' results before it runs."""
        hints = type_hints or ()
        inside = workflow.in_workflow()
        if inside and RawValue not in hints:
            expect_one(payloads)
        judging = inside and not workflow.unsafe.is_replaying_history_events()
        return [self._one(*each, judging=judging) for each in zip_longest(payloads, hints)]

    def _one(self, payload: Payload, hint: Any, *, judging: bool) -> Any:
        if isinstance(hint, type) and issubclass(hint, Signal):
            return _read_strictly(payload, hint)
        if judging and (model := external_model(hint)):
            return _judged(payload, model)
        (value,) = super().from_payloads([payload], None if hint is None else [hint])
        return value


def judge_start(payloads: Sequence[Payload], model: type[BaseModel]) -> None:
    """A start is one JSON object that reads as its model."""
    expect_one(payloads)
    _judged(payloads[0], model)


def expect_one(payloads: Sequence[Payload]) -> None:
    """One message, one object: nobody outside sends a workflow what only its own earlier run hands over."""
    if len(payloads) != 1:
        raise bad_input(f"expected one JSON object, got {len(payloads) or 'none'}")


def _judged(payload: Payload, model: type[BaseModel]) -> BaseModel:
    """The one place where what people send is judged. A replay never comes here."""
    return _read_strictly(payload, model)


def _read_strictly(payload: Payload, model: type[BaseModel]) -> BaseModel:
    """What somebody sent, as its model; refused with field and rule, and never with what was given."""
    if payload.ByteSize() > phrases.LARGEST:
        raise bad_input(phrases.TOO_LARGE, Reason.TOO_BIG)
    given = given_by(payload)
    if not isinstance(given, dict):
        raise bad_input(f"expected one JSON object, got {json_name(given)}")
    if unprintable := list(phrases.unprintable_in(given)):
        raise _refused(Wrong.of(unprintable))
    try:
        return model.model_validate_json(payload.data)
    except ValidationError as refused:
        raise _refused(phrases.wrong(refused, given, model)) from None


def _refused(wrong: Wrong) -> ApplicationError:
    return refused_for(phrases.lines(wrong.told), wrong.problems[: phrases.AT_MOST], BAD_INPUT)


def external_model(hint: Any) -> type[BaseModel] | None:
    """The external message a type hint names (`M`, `M | None`, `Annotated[M, …]`), if any."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint if getattr(hint, "external", False) else None
    named = get_args(hint) if get_origin(hint) in {Union, UnionType, Annotated} else ()
    return next(filter(None, map(external_model, named)), None)


def given_by(payload: Payload) -> Any:
    """The JSON somebody sent."""
    match payload.metadata.get("encoding"):
        case b"binary/null":
            return None
        case b"json/plain":
            try:
                return from_json(payload.data, allow_inf_nan=False)
            except ValueError:
                raise bad_input("expected one JSON object, got text that is not valid JSON") from None
        case _:
            raise bad_input("expected one JSON object with the encoding json/plain, got another encoding")


def json_name(value: Any) -> str:
    """What JSON calls this value."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
    return "a list" if isinstance(value, list) else "an object"


_CONSTRUCTING: Final = CompositePayloadConverter(*_ENCODINGS)


class PlainFailures(DefaultFailureConverter):
    """Failures as they are, except that those written for people carry no stack trace of ours."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """See base class."""
        super().to_failure(exception, payload_converter, failure)
        if failure.application_failure_info.type in FOR_PEOPLE:
            failure.stack_trace = ""
            failure.ClearField("cause")

    def from_failure(self, failure: Failure, _judging: PayloadConverter) -> BaseException:
        """See base class. A failure's details are nobody's input: they are read without judging."""
        return super().from_failure(failure, _CONSTRUCTING)


data_converter: Final = dataclasses.replace(
    pydantic_data_converter,
    payload_converter_class=Door,
    failure_converter_class=PlainFailures,
)
"""The one data converter: for clients, workers (through the client) and replayers."""
