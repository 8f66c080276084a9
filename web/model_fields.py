"""The inputs of a form as a page shows them, in the words of whoever shows it. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.reasons import Problem, without_rules
from web.model_attributes import attributes_of
from web.model_shapes import Input, Shape, inside
from web.model_values import NO, YES, Typed, numbers

FEW: Final = 5
"""Choices that all stand on the page; of more, one is picked from a list."""


def humanized(path: str) -> str:
    """`form.named_users` as a label: `Named users`."""
    return path.rpartition(".")[2].replace("_", " ").capitalize()


@dataclass(frozen=True)
class Wording:
    """How a form speaks; all of it may be replaced. Paths are those of the message without numbers: `form.sites.url`.

    As it stands here it speaks English, for operators.
    """

    label: Callable[[str], str] = humanized
    hint: Callable[[str, str], str] = lambda _path, said: without_rules(said)
    """From the model's own description."""

    choice: Callable[[str, str], str] = lambda _path, value: value.replace("_", " ")
    """One of the values that are possible; `yes` and `no` of a question too."""

    problem: Callable[[Problem], str] = lambda problem: without_rules(problem.message)
    autocomplete: Callable[[str], str] = lambda _path: "off"
    """As HTML names it, where people say something of themselves: `given-name`. WCAG 1.3.5."""

    choices: Callable[[str], Sequence[tuple[str, str]] | None] = lambda _path: None
    """Values and their labels for a field that the model leaves free, of countries for one; None: it stays free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input, or a group of them, as a page shows it."""

    name: str
    asked: Input
    label: str
    hint: str = ""
    required: bool = False
    texts: tuple[str, ...] = ()
    """What stands in it; of boxes those that are ticked."""

    beside: str = ""
    """In its second input: a zone, a unit, the name of a number."""

    choices: tuple[tuple[str, str], ...] = ()
    errors: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    parts: tuple["Field", ...] = ()
    """Of a group, of rows: each row is a part."""

    more: bool = False
    """May rows be added?"""

    unsaid: bool = False
    """May nothing be said of rows? Then a box beside them says that there are to be none."""

    @property
    def text(self) -> str:
        """Of one that has one."""
        return self.texts[0] if self.texts else ""

    @property
    def id(self) -> str:
        """For labels and links."""
        return self.name.translate({ord("["): "-", ord("]"): "", ord("."): "-"})

    @property
    def boxes(self) -> bool:
        """So few choices that all of them are shown."""
        few = self.asked in (Input.CHOICE, Input.ANSWER) and len(self.choices) <= FEW
        return few or self.asked is Input.CHOICES

    def wrong(self, within: str = "") -> Iterator[tuple[str, "Field"]]:
        """Every field in it that has an error, in order, called by its label and those of the groups around it: a form
        may ask for several first names. A row has its number in its own label."""
        called = f"{within} › {self.label}" if within else self.label
        if self.errors:
            yield called, self
        for part in self.parts:
            yield from part.wrong(called if self.asked is Input.GROUP else within)


BESIDE: Final = {Input.MOMENT: "zone", Input.SPAN: "unit", Input.ROWS: "none"}
"""The second input of a field."""

MOST_ROWS: Final = 100
"""Where the model says no number."""


@dataclass(frozen=True)
class Sheet:
    """One form with what stands in it."""

    says: Wording
    typed: Typed
    errors: Mapping[str, Sequence[str]]

    def parts(self, shape: Shape, name: str) -> tuple[Field, ...]:
        """Of a group."""
        return tuple(self._field(of, inside(name, part)) for part, of in shape.parts.items())

    def _field(self, shape: Shape, name: str, label: str = "") -> Field:
        says, choices = self.says, self._choices(shape)
        limit = shape.schema.get("maxItems", shape.schema.get("maxProperties", MOST_ROWS))
        rows = self._rows(shape, name) if shape.each is not None else ()
        return Field(
            name=name,
            asked=Input.CHOICE if choices and shape.asked is Input.TEXT else shape.asked,
            label=label or says.label(shape.path),
            hint="" if label or says.choices(shape.path) else says.hint(shape.path, shape.said),
            required=shape.required and not shape.optional,
            texts=tuple(self.typed.get(name, ())),
            beside=self._first(f"{name}:{BESIDE.get(shape.asked, 'name')}"),
            unsaid=shape.asked is Input.ROWS and shape.optional,
            choices=choices,
            errors=tuple(self.errors.get(name, ())),
            attributes=attributes_of(shape, says.autocomplete(shape.path)),
            parts=rows or (self.parts(shape, name) if shape.asked is Input.GROUP else ()),
            more=shape.each is not None and len(rows) < limit,
        )

    def _rows(self, shape: Shape, name: str) -> tuple[Field, ...]:
        label = self.says.label(shape.path)
        rows = enumerate(numbers(self.typed, name), start=1)
        return tuple(self._field(shape.row, f"{name}[{at}]", f"{label} {shown}") for shown, at in rows)

    def _first(self, name: str) -> str:
        return next(iter(self.typed.get(name, ())), "")

    def _choices(self, shape: Shape) -> tuple[tuple[str, str], ...]:
        says = self.says
        if (own := says.choices(shape.path)) is not None:
            return tuple(own)
        values = (YES, NO) if shape.asked is Input.ANSWER else tuple(map(str, shape.choices))
        return tuple((value, says.choice(shape.path, value)) for value in values)
