"""What a row and a workflow's own view say of the same things. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from activities.ports import RowColumns
from domain.view import LifecycleView


class Fact(NamedTuple):
    """One thing that two sides say."""

    name: str
    store: object
    workflow: object

    @property
    def differs(self) -> bool:
        """Is one of them wrong?"""
        return self.store != self.workflow

    def __str__(self) -> str:
        return f"{self.name}: the store has {shown(self.store)}, the workflow {shown(self.workflow)}"


def columns(has: RowColumns, view: LifecycleView) -> Iterator[Fact]:
    """What lists of the store are made of."""
    yield Fact("stage", has.stage, view.stage)
    yield Fact("kind", has.kind, view.kind)
    yield Fact("customer", has.customer_id, view.customer_id)
    yield Fact("partner", has.partner_id, view.partner_id)
    yield Fact("attention", has.attention, view.attention)
    yield Fact("next deadline", has.next_deadline, view.deadlines[0].at if view.deadlines else None)
    yield Fact("last event", has.sequence, view.events)


def content(has: LifecycleView | None, view: LifecycleView) -> Iterator[Fact]:
    """Of the whole row, shown as the workflow shows itself."""
    if has is None:
        yield Fact("its content", "something this release cannot read", "its own")
        return
    yield Fact("stage", has.stage, view.stage)
    yield Fact("kind", has.kind, view.kind)
    yield Fact("customer", has.customer_id, view.customer_id)
    yield Fact("partner", has.partner_id, view.partner_id)
    yield Fact("attention", has.attention, view.attention)
    yield Fact("last event", has.events, view.events)
    yield Fact("held by an operator", has.held_by_operator, view.held_by_operator)
    yield Fact("targets missed", ", ".join(has.jeopardy), ", ".join(view.jeopardy))
    known, wanted = ({each.name: each.at for each in side.deadlines} for side in (has, view))
    yield from (Fact(f"due {name}", known.get(name), wanted.get(name)) for name in dict.fromkeys([*known, *wanted]))
    names = dict.fromkeys([*has.facts, *view.facts])
    yield from (Fact(name.replace("_", " "), has.facts.get(name), view.facts.get(name)) for name in names)


def shown(value: object) -> str:
    """For people."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
