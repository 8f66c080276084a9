"""Read what was judged before (from the history, from the store) without judging it again. Pure; pydantic only.

What people send is judged once, when it arrives. Rules and libraries change afterwards: a phone number that was right
last year may be wrong for next year's library, and what is open must go on. So what was accepted is
*constructed*: its structure and types are read, its defaults filled in, and every check is left out.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, TypeAdapter
from pydantic_core import CoreConfig, CoreSchema, SchemaValidator

from domain.checks import Normalised

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

FUNCTIONS: Final = frozenset({"function-before", "function-after", "function-wrap"})
"""Kinds of schema that hold a function and the schema it stands around."""

CHECKS: Final[dict[str, frozenset[str]]] = {
    "str": frozenset({"min_length", "max_length", "pattern", "strict"}),
    "bytes": frozenset({"min_length", "max_length", "strict"}),
    "int": frozenset({"gt", "ge", "lt", "le", "multiple_of", "strict"}),
    "float": frozenset({"gt", "ge", "lt", "le", "multiple_of", "allow_inf_nan", "strict"}),
    "decimal": frozenset({"gt", "ge", "lt", "le", "multiple_of", "max_digits", "decimal_places", "strict"}),
    "date": frozenset({"gt", "ge", "lt", "le", "now_op", "now_utc_offset", "strict"}),
    "time": frozenset({"gt", "ge", "lt", "le", "tz_constraint", "strict"}),
    "datetime": frozenset({"gt", "ge", "lt", "le", "now_op", "now_utc_offset", "tz_constraint", "strict"}),
    "timedelta": frozenset({"gt", "ge", "lt", "le", "strict"}),
    "list": frozenset({"min_length", "max_length", "strict"}),
    "tuple": frozenset({"min_length", "max_length", "strict"}),
    "set": frozenset({"min_length", "max_length", "strict"}),
    "frozenset": frozenset({"min_length", "max_length", "strict"}),
    "dict": frozenset({"min_length", "max_length", "strict"}),
    "default": frozenset({"validate_default"}),
    "model": frozenset({"strict", "revalidate_instances"}),
}
"""By kind of schema: what in it can only refuse. A bare `bool` or `enum` is structure, and stays."""

LENIENT: Final = {"extra_fields_behavior": "ignore", "validate_default": False, "strict": False}
"""How a model's configuration reads: what a field was called once is no reason to stand still."""


def constructed(model: type[M], given: Any) -> M:
    """The model of JSON-able data, or of a row's attributes, that was judged when it came."""
    return cast("M", _reader(model).validate_python(given, from_attributes=True))


def constructed_json(hint: Any, given: bytes) -> Any:
    """The same of JSON text; `hint` is a model, or any other type that pydantic knows."""
    return _reader(hint).validate_json(given)


def ready(hint: Any) -> None:
    """Make what reads this type now, and not when the first value of it comes."""
    _reader(hint)


@cache
def _reader(hint: Any) -> SchemaValidator:
    """The second validator of a type: made once, and at worker start for every type a workflow reads.

    Not from prebuilt parts: those would be the models' own validators, with every check.
    """
    lenient = without_checks(TypeAdapter(hint).core_schema)
    return SchemaValidator(lenient, CoreConfig(hide_input_in_errors=True), _use_prebuilt=False)


def without_checks(schema: CoreSchema) -> CoreSchema:
    """The schema with its structure, its types, its defaults and our own normalisers, and nothing that refuses."""
    return cast("CoreSchema", _plain(schema))


def _plain(schema: Any) -> Any:
    kind = schema["type"]
    if kind in FUNCTIONS and not isinstance(schema["function"]["function"], Normalised):
        named = {"ref": schema["ref"]} if "ref" in schema else {}
        return _plain(schema["schema"]) | named
    kept = {name: part for name, part in schema.items() if name not in CHECKS.get(kind, ())}
    return {name: _PARTS.get(name, _inside)(part) for name, part in kept.items()}


def _inside(part: Any) -> Any:
    """Schemas wherever they stand: one, a list of them, a mapping of them."""
    match part:
        case {"type": str()}:
            return _plain(part)
        case dict():
            return {name: _inside(inner) for name, inner in part.items()}
        case list() | tuple():
            return type(part)(_inside(inner) for inner in part)
    return part


def _as_it_is(part: Any) -> Any:
    return part


def _leniently(config: dict[str, Any]) -> dict[str, Any]:
    return config | LENIENT


_PARTS: Final[dict[str, Callable[[Any], Any]]] = {
    "config": _leniently,
    **dict.fromkeys(("cls", "default", "default_factory", "expected", "function", "members", "metadata"), _as_it_is),
    **dict.fromkeys(("serialization", "ref", "schema_ref", "model_name"), _as_it_is),
}
"""Parts of a schema that are no schemas; whatever is not named here is looked into."""
