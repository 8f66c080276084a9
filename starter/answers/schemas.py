"""A model as JSON Schema, and that as a file: the same for `tenure schema` and for the versioned contract."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: type[BaseModel], id_: str, *, answered: bool, example: BaseModel | None = None) -> dict[str, Any]:
    """What people send may leave out what has a default; of what is answered everything is there."""
    found = model.model_json_schema(mode="serialization" if answered else "validation")
    shown = {"examples": [example.model_dump(mode="json", exclude_defaults=True)]} if example else {}
    return {"$schema": DIALECT, "$id": id_, **found, **shown}


def written(schema: Mapping[str, Any]) -> str:
    """As a file: the same text whatever the order of fields in the code."""
    return json.dumps(_in_order(schema), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _in_order(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_order(each) for each in value]
    if isinstance(value, Mapping):
        found = {name: _in_order(each) for name, each in value.items()}
        return found | ({"required": sorted(found["required"])} if isinstance(found.get("required"), list) else {})
    return value
