"""Any value that a model takes, drawn along its structure and its checks."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Final, TypeVar, cast
from zlib import compress

from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.address_checks import is_country, is_mail_address, is_phone_number, is_site_host, is_web_address, is_zone
from domain.checks import Judged, named_once, one_line
from domain.lifecycle import LifecycleState
from domain.time_checks import are_whole_days, duration
from domain.values import Message
from domain.working_time import ZoneRules
from tests.examples import EXAMPLES

M = TypeVar("M", bound=BaseModel)
Known = dict[str, Any]
"""Schemas that are only referred to, by their reference."""

CENTURY: Final = (datetime(2000, 1, 1), datetime(2099, 12, 31))
WORDS: Final = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")), max_size=40)

_TOKYO: Final = files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes()
TOKYO: Final = {"name": "Asia/Tokyo", "tzif": b64encode(compress(_TOKYO)).decode()}

BY_CHECK: Final[dict[Callable[[Any], None], st.SearchStrategy[Any]]] = {
    is_mail_address: st.sampled_from(
        ["ken@hikari.example.com", "KEN@Hikari.Example.COM", "a@straße.example", "a@xn--strae-oqa.example"]
    ),
    is_phone_number: st.sampled_from(
        [
            "+81 3-5550-0101",
            "+81355500101;ext=12",
            "tel:+44-20-7946-0958",
            "+44 (0)20 7946 0958 ext. 7",
            "+1 650 253 0000",
        ]
    ),
    is_country: st.sampled_from(["JP", "us", "DE"]),
    is_zone: st.sampled_from(["Asia/Tokyo", "UTC", "America/New_York"]),
    is_site_host: st.sampled_from(["akasaka.webex.example", "HTTPS://Minato.webex.example/", "a-b.c"]),
    is_web_address: st.text(max_size=500).map("https://a.example.com/{}".format)
    | st.sampled_from(
        [
            "https://a.example.com",
            "HTTP://A.example.com:443/x?y=1#z",
            "https://a.example.com/あ%20?q=é",
            "https://例え.example/",
        ]
    ),
    one_line: WORDS,
}
"""Values of a field by what it is judged by: right ones, in several spellings."""


def anything(model: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON that has the structure of the model; it may still be refused."""
    return _drawn(*_own_fields(model))


def valid(model: type[M], *examples: M) -> st.SearchStrategy[M]:
    """What the model takes: an example with some of its fields changed, each change only if it is taken."""
    if not examples:
        return cast("st.SearchStrategy[M]", anything(model).map(lambda given: _read(model, given)).filter(bool))
    fields = {name: _of_field(model, name) for name in model.model_fields}
    changes = st.fixed_dictionaries({}, optional=fields)
    start = st.sampled_from([json.loads(example.model_dump_json()) for example in examples])
    drawn = st.builds(lambda given, changed: _accepted(model, given, changed), start, changes)
    return cast("st.SearchStrategy[M]", drawn.filter(bool))


def _of_field(model: type[BaseModel], name: str) -> st.SearchStrategy[Any]:
    schema, known = _own_fields(model)
    return _drawn(schema["fields"][name]["schema"], known)


def _own_fields(model: type[BaseModel]) -> tuple[Any, Known]:
    schema: Any = TypeAdapter(model).core_schema
    known = {each["ref"]: each for each in schema.get("definitions", ())}
    while schema["type"] != "model-fields":
        schema = known[schema["schema_ref"]] if schema["type"] == "definition-ref" else schema["schema"]
    return schema, known


def _accepted(model: type[M], given: dict[str, Any], changes: dict[str, Any]) -> M | None:
    for name, value in changes.items():
        if _read(model, given | {name: value}):
            given = given | {name: value}
    return _read(model, given)


def _read(model: type[M], given: dict[str, Any]) -> M | None:
    try:
        return model.model_validate_json(json.dumps(given))
    except ValidationError:
        return None


def _drawn(schema: Any, known: Known) -> st.SearchStrategy[Any]:
    kind = schema["type"]
    known = known | {each["ref"]: each for each in schema.get("definitions", ())}
    if kind == "definition-ref":
        return _drawn(known[schema["schema_ref"]], known)
    if schema.get("cls") is ZoneRules:
        return st.just(TOKYO)
    if kind == "model" and issubclass(schema["cls"], (Message, LifecycleState)):
        return _of_its_own(schema["cls"])
    if kind in {"function-after", "function-before", "function-wrap"}:
        return _by_function(schema, known)
    if kind in {"model", "nullable", "default", "model-field", "definitions"}:
        inner = _drawn(schema["schema"], known)
        return st.none() | inner if kind == "nullable" else inner
    return MAKERS[kind](schema, known)


def _of_its_own(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """A message or a life inside another model is an example: it is drawn where it stands alone."""
    return st.sampled_from([json.loads(example.model_dump_json()) for example in EXAMPLES[model]])


def _by_function(schema: Any, known: Known) -> st.SearchStrategy[Any]:
    function = schema["function"]["function"]
    checks = function._checks if isinstance(function, Judged) else ()
    for check in reversed(checks):
        if check in BY_CHECK:
            return BY_CHECK[check]
    inner = _drawn(schema["schema"], known)
    if named_once in checks:
        return inner.map(lambda drawn: [one for place, one in enumerate(drawn) if one not in drawn[:place]])
    return st.integers(1, 300).map(lambda days: f"P{days}D") if are_whole_days in checks else inner


def _text(schema: Any, known: Known) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.sampled_from(["ops-7", "SO-100001", "A1", "n-1", "+65"])
    return WORDS


def _fields(schema: Any, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    drawn = {name: _drawn(field["schema"], known) for name, field in schema["fields"].items()}
    optional = {name for name, field in schema["fields"].items() if field["schema"]["type"] == "default"}
    required = {name: strategy for name, strategy in drawn.items() if name not in optional}
    return st.fixed_dictionaries(required, optional={name: drawn[name] for name in optional})


def _tuple(schema: Any, known: Known) -> st.SearchStrategy[list[Any]]:
    items = [_drawn(item, known) for item in schema["items_schema"]]
    if "variadic_item_index" in schema:
        return st.lists(items[0], min_size=schema.get("min_length", 0), max_size=3)
    return st.tuples(*items).map(list)


def _list(schema: Any, known: Known) -> st.SearchStrategy[list[Any]]:
    return st.lists(_drawn(schema["items_schema"], known), max_size=3)


def _mapping(schema: Any, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(_drawn(schema["keys_schema"], known), _drawn(schema["values_schema"], known), max_size=3)


def _choice(schema: Any, known: Known) -> st.SearchStrategy[Any]:
    choices = schema["choices"].values() if isinstance(schema["choices"], dict) else schema["choices"]
    return st.one_of(*(_drawn(each[0] if isinstance(each, tuple) else each, known) for each in choices))


MAKERS: Final[dict[str, Callable[[Any, Known], st.SearchStrategy[Any]]]] = {
    "str": _text,
    "int": lambda schema, _: st.integers(schema.get("ge", 0), schema.get("le", 1_000)),
    "float": lambda *_: st.floats(0.5, 9.5),
    "bool": lambda *_: st.booleans(),
    "any": lambda *_: st.none(),
    "date": lambda *_: st.dates(date(2020, 1, 1), date(2060, 1, 1)).map(date.isoformat),
    "time": lambda *_: st.sampled_from([time(9), time(0), time(23, 59)]).map(time.isoformat),
    "datetime": lambda *_: st.datetimes(*CENTURY, timezones=st.just(UTC)).map(datetime.isoformat),
    "timedelta": lambda *_: st.timedeltas(timedelta(minutes=1), timedelta(days=3660)).map(duration),
    "enum": lambda schema, _: st.sampled_from([member.value for member in schema["members"]]),
    "literal": lambda schema, _: st.sampled_from(schema["expected"]),
    "model-fields": _fields,
    "tuple": _tuple,
    "list": _list,
    "set": _list,
    "frozenset": _list,
    "dict": _mapping,
    "union": _choice,
    "tagged-union": _choice,
    "bytes": lambda *_: WORDS,
}
"""By kind of pydantic's schema."""
