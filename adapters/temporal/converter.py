"""How values travel to and from Temporal: pydantic's JSON, and malformed input from outside refused at once.

Only *external* messages are judged: models with `external: ClassVar[bool] = True`, read as a start, an update, a
query or a signal. Whatever else does not decode (an activity's result, a child's, what an own workflow wrote) is a
fault of ours and stays a failed workflow task: the workflow waits, unharmed, for the release that reads it.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    DefaultFailureConverter,
    PayloadConverter,
    SerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from adapters.temporal import wording

BAD_INPUT: Final = "BadInput"
"""The failure type of a start, update or query that does not read as its model."""

REFUSED: Final = "Refused"
"""The failure type of a request that reads well and is not allowed now."""

UNKNOWN_WORKFLOW: Final = "UnknownWorkflowType"
"""The failure type of a start that names no workflow of ours."""

FOR_PEOPLE: Final = frozenset({BAD_INPUT, REFUSED, UNKNOWN_WORKFLOW})
"""Failure types that say all there is to say in their message: a Python stack trace would only hide it."""

WRITTEN_BY: Final = "tenure-written-by"
"""Metadata of an external message that one of our own workflows wrote, as when it continues as new."""

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def bad_input(message: str) -> ApplicationError:
    """A refusal of malformed input: first line the first problem, never with a value that was given."""
    return ApplicationError(message, type=BAD_INPUT, non_retryable=True)


_PARTS: Final = PydanticPayloadConverter(max_cached_type_adapters=256)


class TenurePayloadConverter(PydanticPayloadConverter):
    """pydantic's JSON converter, which refuses malformed external messages with an error for the person who sent them.

    It judges only in the context of a workflow, where activity inputs and results never pass. One argument is the most
    any handler of ours takes, so several payloads without type hints are "expected one JSON object, got 2" there.
    """

    def __init__(self) -> None:
        """One of many that share their parts: every workflow has its own, and pydantic's type adapters stay warm."""
        self.__dict__.update(_PARTS.__dict__)

    def with_context(self, context: SerializationContext) -> Any:
        """The judge for what reaches a workflow; everything else is read as it is."""
        return _Judge() if isinstance(context, WorkflowSerializationContext) else TenurePayloadConverter()


class _Judge(TenurePayloadConverter):
    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """Mark what an own workflow writes: should it ever not decode, the fault is ours."""
        payloads = super().to_payloads(values)
        for value, payload in zip(values, payloads, strict=True):
            if getattr(value, "external", False) and workflow.in_workflow():
                payload.metadata[WRITTEN_BY] = b"workflow"
        return payloads

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        if len(payloads) > 1 and not type_hints:
            raise bad_input(f"expected one JSON object, got {len(payloads)}")
        return [self._read(*each) for each in zip_longest(payloads, type_hints or ())]

    def _read(self, payload: Payload, hint: Any) -> Any:
        model = None if WRITTEN_BY in payload.metadata else external_model(hint)
        return self._judge(payload, hint, model) if model else super().from_payloads([payload], [hint])[0]

    def _judge(self, payload: Payload, hint: Any, model: type[BaseModel]) -> Any:
        given = given_by(payload)
        if given is None and type(None) in get_args(hint):
            return None
        if not isinstance(given, dict):
            raise bad_input(f"expected one JSON object, got {json_name(given)}")
        if unprintable := [(wording.as_path(way), "must not contain control characters") for way in controls(given)]:
            raise bad_input(wording.lines(unprintable))
        try:
            return super().from_payloads([payload], [hint])[0]
        except ValidationError as refused:
            raise bad_input(wording.lines(wording.problems(refused, given, model))) from None


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


def controls(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to every text with a control character other than tab and line break; NUL is one SQL would refuse."""
    match value:
        case str() if CONTROL.search(value):
            yield way
        case dict():
            for name, inner in value.items():
                yield from controls(name, (*way, name))
                yield from controls(inner, (*way, name))
        case list():
            for place, inner in enumerate(value):
                yield from controls(inner, (*way, place))


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
        return super().from_failure(failure, _PARTS)


data_converter: Final = dataclasses.replace(
    pydantic_data_converter,
    payload_converter_class=TenurePayloadConverter,
    failure_converter_class=PlainFailures,
)
"""The one data converter: for clients, workers (through the client) and replayers."""
