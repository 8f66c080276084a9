"""A form for any message: its fields, the message back from what was typed, and each refusal at its field.

form = ModelForm(ExtendTrial, zone="Asia/Tokyo", fixed={"by": "u-7", "source": "portal"})
typed = form.blank(known={"days": 30})           # GET: what stands in the inputs at first
fields = form.fields(typed)                      # for `fields` of forms_kit.html
typed = typed_of(await request.form())           # POST
if (more := form.pressed(typed)) is not None:    # a button that adds or drops a row, without JavaScript
    fields = form.fields(more)
match form.read(typed):                          # the message, or what is wrong
    case Wrong(problems): fields = form.fields(typed, problems)   # 422, nothing typed is lost
    case message: ...
wrong = form.refused(typed, problems)            # what a workflow refused later: at the inputs, too
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.temporal import phrases
from domain.reasons import Problem, Reason
from web.model_fields import Field, Sheet, Wording
from web.model_shapes import Shape, inside, shape_of
from web.model_values import Reading, Typed, numbers, typed_as, with_row, without_row

M = TypeVar("M", bound=BaseModel)

ROW_BUTTON: Final = "row"
"""The name of the buttons that add a row or drop one; their value is `add sites` or `drop sites[1]`."""

_NUMBERS: Final = re.compile(r"\[\d+\]")

WHY: Final = "reason"
"""Of every message: for the audit trail."""

NEVER_ASKED: Final = frozenset({"by", "source"})
"""The page knows who sends it, and from where."""


@dataclass(frozen=True)
class Wrong:
    """What was typed is no such message. `field` of each problem names the input."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class ModelForm(Generic[M]):
    """The form of one model."""

    model: type[M]
    zone: str
    """IANA; moments are shown in it, and read as of it unless somebody says otherwise."""

    hidden: frozenset[str] = frozenset()
    """Paths that nobody is asked for, beside who sends it: `policy`, `form.reserve`."""

    fixed: Mapping[str, Any] = field(default_factory=dict)
    """What the page says itself, by path, as JSON; nobody is asked for it. `{"by": "u-7", "partner": {…}}`"""

    demanded: frozenset[str] = frozenset()
    """Fields that this page wants, though the model would do with another one instead, which is not asked here."""

    wording: Wording = field(default_factory=Wording)

    def blank(self, known: Mapping[str, Any] | None = None) -> Typed:
        """What stands in the inputs before anybody typed: defaults, and what is known, as JSON by field."""
        return typed_as(self._shape, "", known or {}, self.zone)

    def pressed(self, typed: Typed) -> Typed | None:
        """What stands in the inputs after a button that adds a row or drops one; None: it was another button."""
        pressed, _, name = (typed.get(ROW_BUTTON) or ("",))[0].partition(" ")
        rest = {key: texts for key, texts in typed.items() if key != ROW_BUTTON}
        several = self._at(name)
        if pressed == "drop":
            return without_row(rest, name)
        if pressed == "add" and several is not None and several.each is not None:
            return with_row(rest, several, name, self.zone)
        return None

    def read(self, typed: Typed) -> M | Wrong:
        """The message, or every problem at its input."""
        reading = Reading(typed, self.zone)
        given = self._with_fixed(reading.value(self._shape))
        missing = [name for name in sorted(self.demanded) if given.get(name) in (None, [])]
        reading.problems.extend(Problem.of(Reason.REQUIRED, "is required", name) for name in missing)
        found = judged(self.model, given)
        if isinstance(found, self.model) and not reading.problems:
            return found
        placed = _placed(found.problems if isinstance(found, Wrong) else (), reading.placed)
        known = {problem.field for problem in reading.problems} | (self.hidden if missing else set())
        return Wrong((*reading.problems, *(each for each in placed if each.field not in known)))

    def refused(self, typed: Typed, problems: Iterable[Problem]) -> Wrong:
        """What somebody else found wrong with the message that was typed, at the inputs."""
        reading = Reading(typed, self.zone)
        reading.value(self._shape)
        return Wrong(tuple(_placed(problems, reading.placed)))

    def fields(self, typed: Typed, problems: Iterable[Problem] = ()) -> tuple[Field, ...]:
        """To show; each problem at its input, or at the group around it. What fits none, `at_no_field` says."""
        return Sheet(self.wording, typed, self._by_input(typed, problems)).parts(self._shape, "")

    def at_no_field(self, typed: Typed, problems: Iterable[Problem]) -> tuple[str, ...]:
        """What is to be said above the form."""
        return tuple(self._by_input(typed, problems).get("", ()))

    @cached_property
    def _shape(self) -> Shape:
        """Of what is asked; why somebody does it comes last."""
        shape = _without(shape_of(self.model), self.hidden | self.fixed.keys() | NEVER_ASKED)
        wanted = {name: replace(shape.parts[name], required=True, optional=False) for name in self.demanded}
        parts = {**shape.parts, **wanted}
        return replace(shape, parts=dict(sorted(parts.items(), key=lambda part: part[0] == WHY)))

    def _at(self, name: str) -> Shape | None:
        """What is asked for under a name, if anything is."""
        shape: Shape | None = self._shape
        for part in _NUMBERS.sub("", name).split("."):
            shape = shape and (shape.each or shape).parts.get(part)
        return shape

    def _by_input(self, typed: Typed, problems: Iterable[Problem]) -> dict[str, list[str]]:
        """In words, by the innermost input there is."""
        shown = set(_names(self._shape, "", typed))
        found: dict[str, list[str]] = {}
        for problem in problems:
            name = problem.field or ""
            while name and name not in shown:
                name = max(name.rpartition(".")[0], name.rpartition("[")[0], key=len)
            beyond = (problem.field or "").removeprefix(name).lstrip(".")
            words = self.wording.problem(problem)
            found.setdefault(name, []).append(f"{beyond}: {words}" if beyond else words)
        return found

    def _with_fixed(self, given: dict[str, Any]) -> dict[str, Any]:
        for path, value in self.fixed.items():
            *above, last = path.split(".")
            inner = given
            for outer in above:
                inner = inner.setdefault(outer, {})
            inner[last] = value
        return given


def judged(model: type[M], given: Any) -> M | Wrong:
    """As a workflow judges what arrives, in the same words."""
    if unprintable := tuple(phrases.unprintable_in(given)):
        return Wrong(unprintable)
    if len(json.dumps(given, ensure_ascii=False).encode()) > phrases.LARGEST:
        return Wrong((Problem.of(Reason.TOO_BIG, phrases.TOO_LARGE),))
    try:
        return model.model_validate_json(json.dumps(given))
    except ValidationError as refused:
        return Wrong(phrases.wrong(refused, given, model).problems)


def typed_of(items: Iterable[tuple[str, Any]]) -> Typed:
    """From a request's form: `typed_of((await request.form()).multi_items())`. Files are nobody's here."""
    found: dict[str, list[str]] = {}
    for name, text in items:
        if isinstance(text, str):
            found.setdefault(name, []).append(text)
    return found


def _without(shape: Shape, paths: frozenset[str]) -> Shape:
    parts = {name: _without(part, paths) for name, part in shape.parts.items() if part.path not in paths}
    return replace(shape, parts=parts, each=shape.each and _without(shape.each, paths))


def _placed(problems: Iterable[Problem], placed: Mapping[str, str]) -> Iterator[Problem]:
    """At its input: rows that nothing stands in are in the form, and not in the message."""
    inner_first = sorted(placed, key=len, reverse=True)
    for problem in problems:
        named = problem.field or ""
        at = next((at for at in inner_first if named == at or named.startswith((f"{at}.", f"{at}["))), "")
        yield problem.model_copy(update={"field": placed[at] + named.removeprefix(at)}) if at else problem


def _names(shape: Shape, name: str, typed: Typed) -> Iterator[str]:
    yield name
    for part, inner in shape.parts.items():
        yield from _names(inner, inside(name, part), typed)
    if shape.each is not None:
        for at in numbers(typed, name):
            yield from _names(shape.each, f"{name}[{at}]", typed)
