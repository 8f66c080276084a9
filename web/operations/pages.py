"""The operations page: what is due, late, in trouble or waiting, over all lifecycles, with the buttons that fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from adapters.sql.operations import Narrowed
from domain.lifecycles import KINDS
from domain.permissions import Right
from web.addresses import act_page, customer_page, here, query_of, workflow_page
from web.model_fields import humanized
from web.operations.board import FIRST, PAGE, Act, Board, Group, Line, Lines
from web.operations.words import kind_of
from web.pages import page, reader_of
from web.queries import page_number
from web.reader import Reader
from web.security import needs, not_here, signed_in
from web.world import world_of

NAMED: Final = ("lifecycle", "partner", "search")
TONES: Final = {
    Group.FAILING: "bad",
    Group.MAILS: "bad",
    Group.JEOPARDY: "warn",
    Group.OVERDUE: "warn",
    Group.HELD: "accent",
    Group.DUE_TODAY: "accent",
    Group.TASKS: "neutral",
}
LONGEST: Final = 100
"""Characters of what is searched."""


@dataclass(frozen=True)
class Shown:
    """One group on the page."""

    group: Group
    lines: tuple[Line, ...]
    total: int
    earlier: str = ""
    later: str = ""
    first: int = 0


@needs(Right.OPERATE)
async def board(request: Request) -> Response:
    """All groups with their first lines, or a page of one: `?group=jeopardy&page=2`."""
    world, user, asked = world_of(request), signed_in(request), request.query_params
    wanted = narrowed(asked)
    chosen = asked.get("group", "")
    if chosen and chosen not in set(Group):
        not_here()
    made = Board(world.store, world.now(), reader_of(request).zone, wanted)
    number = page_number(request)
    counts, groups, names, partners = await run_in_threadpool(_read, made, chosen, number)
    return page(
        request,
        "operations/board.html",
        wanted=wanted,
        narrowed=wanted != Narrowed(),
        chosen=chosen,
        groups=[_shown(wanted, chosen, each, lines, number) for each, lines in groups],
        names=names,
        kind_options=[(name, kind_of(reader_of(request), name)) for name in KINDS],
        partner_options=[(partner, partner) for partner in partners],
        tab_items=_tabs(wanted, reader_of(request), counts),
        tones=TONES,
        address=lambda group: address(wanted, group),
        back=here(request),
        act_of=act_of,
        act_page=act_page,
        customer_page=customer_page,
        humanized=humanized,
        ui=lambda line: workflow_page(world, user, line.lifecycle, line.subject),
    )


def act_of(line: Line, act: Act, back: str) -> str:
    """Where a button leads: the form, with what it is about filled in."""
    return act_page(line.lifecycle, line.subject, act.update, **dict(act.known), next=back)


def _read(
    made: Board, chosen: str, number: int
) -> tuple[dict[Group, int], list[tuple[Group, Lines]], dict[tuple[str, str], str], list[str]]:
    """All that the page asks of the store."""
    if chosen:
        groups = [(Group(chosen), made.lines(Group(chosen), (number - 1) * PAGE))]
    else:
        groups = [(group, found) for group in Group if (found := made.lines(group, limit=FIRST)).total]
    known = {group: found.total for group, found in groups}
    counts = {group: known.get(group, 0) if not chosen or group in known else made.total(group) for group in Group}
    customers = {line.customer_id for _, found in groups for line in found.lines}
    return counts, groups, made.store.names_of_customers(customers), made.store.partners()


def _shown(wanted: Narrowed, chosen: str, group: Group, found: Lines, number: int) -> Shown:
    before = (number - 1) * PAGE if chosen else 0
    later = before + len(found.lines) < found.total
    return Shown(
        group,
        found.lines,
        found.total,
        earlier=address(wanted, chosen, number - 1) if chosen and number > 1 else "",
        later=address(wanted, group, number + 1 if chosen else 1) if later else "",
        first=before + 1,
    )


def _tabs(wanted: Narrowed, reader: Reader, counts: Mapping[Group, int]) -> list[tuple[str, str, str]]:
    """All, and each group with its number."""
    named = [("", reader.number(sum(counts.values()))), *((group, reader.number(n)) for group, n in counts.items())]
    return [(address(wanted, group), reader.say(f"operations.tab_{group or 'all'}"), n) for group, n in named]


def narrowed(asked: QueryParams) -> Narrowed:
    """What the filter says; a lifecycle that is none is nobody's."""
    given = {name: asked.get(name, "").strip()[:LONGEST] for name in NAMED}
    return Narrowed(**given | {"lifecycle": given["lifecycle"] if given["lifecycle"] in KINDS else ""})


def address(wanted: Narrowed, group: str = "", number: int = 1) -> str:
    """Of a page of a group, narrowed in the same way."""
    said = {name: getattr(wanted, name) for name in NAMED} | {"group": str(group)}
    return f"/operations{query_of(**said, page=str(number) if number > 1 else '')}"
