"""What pydantic found wrong, said in plain words; never with the values it was given."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.checks import InOurWords
from domain.placeholder import PLACEHOLDER
from domain.reasons import Problem, Reason

AT_MOST: Final = 8
"""Problems told at once; whoever has more of them reads the schema."""

LARGEST: Final = 256 * 1024
"""Bytes of one external message. What is made of it (records, views) stays far below the 2 MB that Temporal takes."""

TOO_LARGE: Final = f"must have at most {LARGEST // 1024} KB"

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

PLAIN: Final = {
    "missing": "is required",
    "json_invalid": "is not valid JSON",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "date_type": "must be a date such as 2027-03-31",
    "date_parsing": "must be a date such as 2027-03-31",
    "date_from_datetime_parsing": "must be a date such as 2027-03-31",
    "date_from_datetime_inexact": "must be a date such as 2027-03-31, without a time",
    "datetime_type": "must be a date and time such as 2027-03-31T09:00:00+09:00",
    "datetime_parsing": "must be a date and time such as 2027-03-31T09:00:00+09:00",
    "datetime_from_date_parsing": "must be a date and time such as 2027-03-31T09:00:00+09:00",
    "timezone_aware": "must say its offset, such as 2027-03-31T09:00:00+09:00",
    "time_type": "must be a time of day such as 09:00",
    "time_parsing": "must be a time of day such as 09:00",
    "time_delta_type": "must be a duration such as PT20S or P14D",
    "time_delta_parsing": "must be a duration such as PT20S or P14D",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "url_type": "must be a web address such as https://example.com/page",
    "url_parsing": "must be a web address such as https://example.com/page",
    "url_scheme": "must be a web address starting with {expected_schemes}",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "must have one of {expected_tags} as {discriminator}",
    "union_tag_not_found": "must say its {discriminator}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
}

SHAPES: Final = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": (
        "must be 1 to 64 Latin letters, digits, dots, dashes or underscores, a letter or digit first"
    ),
    r"^[A-Z0-9][A-Z0-9-]{2,39}$": "must be 3 to 40 Latin capitals, digits or dashes, no dash first",
    r"^[a-z][a-z0-9_]{0,39}$": "must be 1 to 40 small Latin letters, digits or underscores, a letter first",
    r"^[A-Za-z]{2}$": "must be a two-letter country code such as JP",
}
"""What the patterns of fields ask for; a test holds the two together."""

PLAINER: Final = {
    "value is not a valid email address": "must be a mail address such as name@example.com",
    "value is not a valid phone number": "must be a phone number with its country code, such as +81 3 1234 5678",
}
"""What other libraries' validators say, some of them with parts of the value, by how they begin."""


CODES: Final = {
    "missing": Reason.REQUIRED,
    "extra_forbidden": Reason.UNKNOWN_FIELD,
    "too_short": Reason.TOO_SHORT,
    "too_long": Reason.TOO_LONG,
    "greater_than": Reason.TOO_SMALL,
    "greater_than_equal": Reason.TOO_SMALL,
    "less_than": Reason.TOO_LARGE,
    "less_than_equal": Reason.TOO_LARGE,
    "enum": Reason.NOT_ONE_OF,
    "literal_error": Reason.NOT_ONE_OF,
    "union_tag_invalid": Reason.NOT_ONE_OF,
    "union_tag_not_found": Reason.REQUIRED,
    "_type": Reason.WRONG_TYPE,
    "": Reason.WRONG_FORM,
}
"""By how the name of pydantic's own error ends; the first that fits."""


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a message, each once."""

    told: tuple[tuple[str, str], ...]
    """For people, as (where, what is wrong)."""

    problems: tuple[Problem, ...]
    """For programs: each with its code, and the field also where only the words name it."""

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """In the words that they have."""
        found = tuple(problems)
        return cls(tuple((each.field or "", each.message) for each in found), found)


def wrong(error: ValidationError, given: Any = None, model: type[BaseModel] | None = None) -> Wrong:
    """In pydantic's order.

    `given` is the JSON that was refused: it tells the fields on the way from the names of union members, which are no
    part of the path a person wrote. `model` is what it was read as, for "did you mean".
    """
    details = error.errors(include_url=False, include_input=True)
    told: dict[tuple[str, str], None] = {}
    problems: dict[Problem, None] = {}
    for each in details:
        if not _only_follows(each, details):
            where, words, inner = _placed(each, given, model)
            told[where, words] = None
            problems[Problem.of(_code_of(each), words, ".".join(filter(None, (where, inner))))] = None
    return Wrong(tuple(told), tuple(problems))


def _placed(detail: ErrorDetails, given: Any, model: type[BaseModel] | None) -> tuple[str, str, str | None]:
    """Where, in which words, and the field that only these words name: `user` and `package: …` are `user.package`."""
    words, where = said(detail, model), path(detail, given)
    inner = _field_named_in(words, detail, model) if detail["type"] == "value_error" else ""
    if inner and words.startswith(f"{inner}: "):
        return ".".join(filter(None, (where, inner))), words.removeprefix(f"{inner}: "), None
    return where, words, inner or None


def _field_named_in(words: str, detail: ErrorDetails, model: type[BaseModel] | None) -> str:
    """A rule between fields names the one to change first: `site is required with …`, `customer.country has …`."""
    first = words.partition(" ")[0].removesuffix(":")
    known = {field for here in _models_at(model, detail["loc"]) for field in here.model_fields} if model else set()
    return first if first.partition(".")[0] in known else ""


def _code_of(detail: ErrorDetails) -> Reason:
    if PLACEHOLDER in detail["msg"]:
        return Reason.PLACEHOLDER
    if detail["type"] == "value_error":
        return Reason.WRONG_FORM if isinstance(detail["input"], str) else Reason.CONTRADICTION
    if detail["type"] == "string_too_short" and detail["ctx"]["min_length"] == 1:
        return Reason.REQUIRED
    return next(code for ending, code in CODES.items() if detail["type"].endswith(ending))


def _only_follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """A list is called too short because entries of it were refused: they are told."""
    where = detail["loc"]
    return detail["type"] == "too_short" and any(
        each["loc"][: len(where)] == where and each is not detail for each in details
    )


def unprintable_in(given: Any) -> Iterator[Problem]:
    """Every text of some JSON with a control character."""
    for way in controls(given):
        yield Problem.of(Reason.WRONG_FORM, "must not contain control characters", as_path(way))


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


def lines(found: Sequence[tuple[str, str]]) -> str:
    """One line a problem, the first one first, and how many were left out."""
    told = [f"{where}: {what}" if where else what for where, what in found[:AT_MOST]]
    left_out = len(found) - AT_MOST
    return "\n".join([*told, f"and {left_out} more"] if left_out > 0 else told)


def path(detail: ErrorDetails, given: Any = None) -> str:
    """Where the problem is, as a person would write it: `sites[0].name`."""
    written = list(detail["loc"]) if given is None else list(_written(detail, given))
    return as_path(written)


def as_path(parts: Sequence[str | int]) -> str:
    """The parts of a way into a JSON document, as a person would write it: `sites[0].name`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{_printable_name(part)}" for part in parts)
    return text.removeprefix(".")


def _written(detail: ErrorDetails, given: Any) -> Iterator[str | int]:
    for place, part in enumerate(detail["loc"], start=1):
        inside = dict(enumerate(given)) if isinstance(given, list) else given if isinstance(given, dict) else {}
        if part in inside:
            given = inside[part]
        elif detail["type"] != "missing" or place < len(detail["loc"]):
            continue
        yield part


def _printable_name(name: str) -> str:
    """A field's name as it was sent, unless it could not be the name of a field: then it may be a value."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,39}", name) else "(a name that is not a field's)"


def said(detail: ErrorDetails, model: type[BaseModel] | None = None) -> str:
    """What is wrong, in plain words."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return "is not a known field" + _suggestion(detail, model)
        case "string_too_short" | "too_short" if context["min_length"] == 1:
            return "must not be empty"
        case "string_pattern_mismatch":
            return SHAPES.get(context["pattern"], "does not have the form of this field")
        case known if known in PLAIN:
            return PLAIN[known].format(**context)
    return _by_a_validator(detail)


def _by_a_validator(detail: ErrorDetails) -> str:
    """The words of whoever wrote the validator, unless they repeat the value."""
    cause = detail.get("ctx", {}).get("error")
    text = str(cause) if isinstance(cause, ValueError | AssertionError) else detail["msg"]
    for beginning, plainer in PLAINER.items():
        if text.startswith(beginning):
            return plainer
    given = detail["input"]
    repeats = not isinstance(cause, InOurWords) and isinstance(given, str) and given.strip() and given.strip() in text
    return "is not valid" if repeats or isinstance(cause, UnicodeError) or not text else text.partition("\n")[0]


def _suggestion(detail: ErrorDetails, model: type[BaseModel] | None) -> str:
    *way, name = detail["loc"]
    known = sorted({field for there in _models_at(model, way) for field in there.model_fields}) if model else []
    close = difflib.get_close_matches(str(name), known, n=1)
    return f', did you mean "{close[0]}"?' if close else ""


def _models_at(model: Any, way: Sequence[str | int]) -> list[type[BaseModel]]:
    here = list(_models_in(model))
    for part in way:
        inside = [field.annotation for there in here if (field := there.model_fields.get(str(part)))]
        here = [known for annotation in inside for known in _models_in(annotation)] or here
    return here


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
