"""What HTML says of an input: its type, which keyboard, how long, what a browser may fill in. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from web.model_shapes import Input, Shape

TYPES: Final[Mapping[Any, Mapping[str, str]]] = {
    "email": {"type": "email", "inputmode": "email", "spellcheck": "false", "autocapitalize": "none"},
    "phone": {"type": "tel", "inputmode": "tel"},
    Input.DATE: {"type": "date"},
    Input.MOMENT: {"type": "datetime-local"},
    Input.TIME: {"type": "time"},
    Input.SPAN: {"type": "text", "inputmode": "numeric"},
    Input.NUMBER: {"type": "text", "inputmode": "numeric"},
    Input.COUNTS: {"type": "text", "inputmode": "numeric"},
}
"""By the format of a text, or by how it is asked. Numbers are typed as text: a browser that reads them itself loses
what is none, and full-width digits."""

IDS: Final = frozenset({"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "^[A-Z0-9][A-Z0-9-]{2,39}$"})
"""Patterns of ids, which no dictionary knows."""

ADDRESSES: Final = frozenset({"url", "website", "site", "site_url", "password_url", "image", "taken_from"})
"""Fields that hold the address of a page or of a site."""


def attributes_of(shape: Shape, autocomplete: str) -> dict[str, str]:
    """Of the input of one field. None says `required`: the server does, at the field, in the reader's words."""
    schema, name = shape.schema, shape.path.rpartition(".")[2]
    found = {"type": "text"} | dict(TYPES.get(schema.get("format"), TYPES.get(shape.asked, {})))
    if schema.get("type") == "number":
        found["inputmode"] = "decimal"
    if (longest := schema.get("maxLength")) is not None:
        found["maxlength"] = str(longest)
    if schema.get("pattern") in IDS or name in ADDRESSES:
        found |= {"spellcheck": "false", "autocapitalize": "none"}
    if name in ADDRESSES:
        found["inputmode"] = "url"
    if name == "zone" or name.endswith("_zone"):
        found |= {"list": "zones", "spellcheck": "false"}
    return found | {"autocomplete": autocomplete}
