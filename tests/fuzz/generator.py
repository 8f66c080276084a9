"""Whole messages made from the models' own JSON schemas; what their rules across fields ask for is put right after."""

import functools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from tests.fuzz.rules import RULES
from tests.fuzz.values import UNBOUNDED, Schema, Values

Json = dict[str, Any]
MENDINGS: Final = 6
"""Attempts to put right what the model does not like."""

OFTEN, SELDOM = 0.6, 0.15
"""How often a field that may be left out is there."""


@functools.cache
def schema_of(model: type[BaseModel]) -> Schema:
    """Computed once for each model: it is the dear part."""
    return model.model_json_schema()


def problems(model: type[BaseModel], message: Any) -> list[tuple[Any, ...]]:
    """Where a message is at fault by its model's own account; [()] if as a whole; none if it is in order."""
    try:
        model.model_validate_json(json.dumps(message))
    except ValidationError as refused:
        return [error["loc"] for error in refused.errors(include_url=False, include_input=False, include_context=False)]
    except ValueError:  # not even JSON
        return [()]
    return []


class Generator:
    """Messages of one life: reproducible, each with a canary of its own."""

    def __init__(self, chance: random.Random, canary: str, extreme: float = 0.0) -> None:
        self.values = Values(chance, canary, extreme)
        self.chance = chance

    def message(self, model: type[BaseModel], shape: Callable[[Json], None] | None = None, /, **fixed: Any) -> Json:
        """A message that its model takes, as far as that can be had: rules kept, `fixed` put in, `shape` applied."""
        schema = schema_of(model)
        made = self._object(schema, schema)
        for _ in range(MENDINGS):
            made |= {name: value for name, value in fixed.items() if value is not None}
            for left_out in (name for name, value in fixed.items() if value is None):
                made.pop(left_out, None)
            RULES.get(schema.get("title", ""), _no_rule)(made)
            if shape:
                shape(made)
            wrong = problems(model, made)
            if not wrong:
                break
            for way in wrong:
                self._mend(made, way, schema)
        return made

    def _mend(self, made: Json, way: tuple[Any, ...], root: Schema) -> None:
        """Something everyday in place of what is at fault; what may be left out is."""
        place, schema = made, root
        for step in way:
            if not isinstance(place, dict) or step not in place:
                return
            field = _resolved(schema.get("properties", {}).get(step, {}), root)
            if step not in schema.get("required", ()):
                del place[step]
                return
            if not isinstance(place[step], dict):
                place[step] = Generator(self.chance, self.values.canary).field(str(step), field, root)
                return
            place, schema = place[step], field

    def _object(self, schema: Schema, root: Schema) -> Json:
        required = schema.get("required", ())
        often = OFTEN if self.values.extreme else SELDOM
        made = {
            name: self.field(name, _resolved(field, root), root)
            for name, field in schema.get("properties", {}).items()
            if name in required or self.chance.random() < often
        }
        RULES.get(schema.get("title", ""), _no_rule)(made)
        return made

    def field(self, name: str, schema: Schema, root: Schema) -> Any:
        """A value for one field."""
        if options := schema.get("anyOf"):
            chosen = options[0] if self.chance.random() < OFTEN else self.chance.choice(options)
            return self.field(name, _resolved(chosen, root), root)
        match schema.get("type"):
            case "object":
                return self._object(schema, root)
            case "array":
                return self._list(name, schema, root)
        return self.values.leaf(name, schema)

    def _list(self, name: str, schema: Schema, root: Schema) -> list[Any]:
        low, high = schema.get("minItems", 0), schema.get("maxItems", UNBOUNDED)
        wanted = low + self.chance.randrange(3)
        if self.values.is_extreme():
            wanted = self.chance.choice((low, high if self.chance.random() < 0.3 else 20))
        inner = _resolved(schema.get("items", {}), root)
        if "enum" in inner:
            return self.chance.sample(inner["enum"], min(max(wanted, 1), len(inner["enum"])))
        return [self.field(name, inner, root) for _ in range(min(wanted, high))]


def _no_rule(_made: Json) -> None:
    """Most models ask for nothing across their fields."""


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return found


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to every place in a message."""
    if way:
        yield way
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield from ways(inner, (*way, name))
