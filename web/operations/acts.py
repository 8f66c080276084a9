"""A page for every update: what it is about, what it does, its form, and where it went. No other way changes anything.

`/act/{lifecycle}/{subject}` lists what may be sent now; `/act/{lifecycle}/{subject}/{update}` shows a form (GET) and
sends it (POST). Who may, `domain/permissions.py` says; for everybody else there is no such page.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.hub.users import HubUser
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.offers import Offer, operator_offers
from domain.permissions import Right, may_send
from domain.reasons import Problem, Reason, without_rules
from domain.updates import Update
from domain.values import Message, Source
from web.flash import flash
from web.model_forms import ModelForm, Typed, Wrong, typed_of
from web.operations.links import ui_of
from web.operations.policy import BY_ID, DEMANDED, NOT_ASKED, TICKED
from web.operations.words import about, choices_in, does, named, standing, title_of, wording
from web.pages import page, reader_of
from web.reach import NoAnswer, Over, Refusal, Seen, Taken, once, seen, send
from web.security import needs, not_here, safe_path, signed_in
from web.signin.profile import ZONES
from web.world import world_of

NOT_NOW: Final = 409
NOT_READ: Final = 422
NOBODY_THERE: Final = 503

CONFIRMED: Final = "confirmed"
OWN: Final = frozenset({"csrf", "form", "next", CONFIRMED})
"""Inputs of the page itself."""


@dataclass(frozen=True)
class Desk:
    """One update to one life, and who is about to send it."""

    user: HubUser
    kind: Kind[Any]
    seen: Seen
    name: str
    update: Update
    form: ModelForm[Message]

    @property
    def key(self) -> tuple[str, str]:
        """For tables by lifecycle and update."""
        return str(self.kind.name), self.name

    @property
    def confirmed_by(self) -> str:
        """What is to be confirmed beside the form: `id`, `box` or nothing."""
        return "id" if self.key in BY_ID else "box" if self.key in TICKED else ""

    @property
    def possible(self) -> bool:
        """Might it be sent, as things stand?"""
        return self.name in (*self.seen.view.can_send, *self.seen.view.desk)


@needs(Right.SEE_CUSTOMERS)
async def act(request: Request) -> Response:
    """The form of one update, and what became of it."""
    desk = await _desk(request)
    if request.method == "POST":
        return await _sent(request, desk)
    if not desk.possible:
        return _show(request, desk, {}, status=NOT_NOW)
    return _show(request, desk, desk.form.blank(_known(request, desk)))


@needs(Right.SEE_CUSTOMERS)
async def life(request: Request) -> Response:
    """Where one life stands, and every update that may be sent now."""
    user, (lifecycle, subject) = signed_in(request), _named(request)
    found = await _seen_by(request, user, lifecycle, subject)
    reader, now = reader_of(request), (*found.view.desk, *found.view.can_send)
    kind = KINDS[lifecycle]
    acts = [
        (name, title_of(user, reader, lifecycle, name), does(user, reader, lifecycle, name, update))
        for name, update in updates_of(kind).items()
        if name in now and may_send(user.roles, lifecycle, name)
    ]
    return page(
        request,
        "operations/life.html",
        seen=found,
        view=found.view,
        acts=acts,
        title=found.view.what if user.may(Right.OPERATE) else named(reader, found),
        stands=standing(user, reader, found),
        ui=ui_of(world_of(request), lifecycle, subject) if user.may(Right.OPERATE) else "",
        back=_back(request, user, found),
    )


async def _sent(request: Request, desk: Desk) -> Response:
    given = typed_of((await request.form()).multi_items())
    typed = {name: texts for name, texts in given.items() if name not in OWN}
    if (more := desk.form.pressed(typed)) is not None:
        return _show(request, desk, more, given)
    message = desk.form.read(typed)
    problems = [*(message.problems if isinstance(message, Wrong) else ()), *_unconfirmed(desk, given)]
    if isinstance(message, Wrong) or problems:
        return _show(request, desk, typed, given, problems, NOT_READ)
    return await _answered(request, desk, typed, given, message)


async def _answered(request: Request, desk: Desk, typed: Typed, given: Typed, message: Message) -> Response:
    world, view = world_of(request), desk.seen.view
    lifecycle = Lifecycle(view.lifecycle)
    update_id = once(first(given, "form"), message, lifecycle, view.id, desk.name)
    match await send(world, lifecycle, view.id, desk.name, message, update_id):
        case Taken():
            title = title_of(desk.user, reader_of(request), lifecycle, desk.name)
            there = RedirectResponse(_back(request, desk.user, desk.seen, first(given, "next")), 303)
            return flash(there, "actions.taken", https=world.https, update=title, id=view.id)
        case Refusal(problems):
            given = {**given, "form": ()}  # asked anew it is another question: the cause may be gone by then
            return _show(request, desk, typed, given, desk.form.refused(typed, problems).problems, NOT_READ)
        case Over():
            return _show(request, desk, typed, given, said="over", status=NOT_NOW)
        case NoAnswer(may_take_effect):
            said = "no_answer" if may_take_effect else "away"
            return _show(request, desk, typed, given, said=said, status=NOBODY_THERE)


def _show(
    request: Request,
    desk: Desk,
    typed: Typed,
    given: Typed | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
    said: str = "",
) -> Response:
    """The same page whatever happened, with everything that was typed."""
    reader, given = reader_of(request), given or {}
    of_form = [problem for problem in problems if problem.field != CONFIRMED]
    return page(
        request,
        "operations/act.html",
        status,
        desk=desk,
        title=title_of(desk.user, reader, *desk.key),
        does=does(desk.user, reader, *desk.key, desk.update),
        about=about(desk.user, reader, desk.seen),
        note=_note(desk),
        fields=desk.form.fields(typed, of_form),
        above=desk.form.at_no_field(typed, of_form),
        unconfirmed=len(of_form) < len(problems),
        said=said,
        form_id=first(given, "form") or new_form(),
        confirmed=first(given, CONFIRMED),
        back=_back(request, desk.user, desk.seen, first(given, "next")),
        zones=ZONES,
    )


async def _desk(request: Request) -> Desk:
    """Or there is no such page: of another partner, of no such life, or not theirs to send."""
    user, (lifecycle, subject) = signed_in(request), _named(request)
    name = request.path_params["update"]
    update = updates_of(KINDS[lifecycle]).get(name)
    if update is None or not may_send(user.roles, lifecycle, name):
        not_here()
    found = await _seen_by(request, user, lifecycle, subject)
    reader = reader_of(request)
    form = ModelForm(
        update.message,
        zone=reader.zone,
        hidden=NOT_ASKED.get((lifecycle, name), frozenset()),
        fixed=sender(user),
        demanded=DEMANDED.get((lifecycle, name), frozenset()),
        wording=wording(user, reader, choices_in(found, name, reader)),
    )
    return Desk(user, KINDS[lifecycle], found, name, update, form)


async def _seen_by(request: Request, user: HubUser, lifecycle: Lifecycle, subject: str) -> Seen:
    found = await seen(world_of(request), lifecycle, subject)
    if not user.sees(found.view.partner_id, found.view.customer_id):
        not_here()
    return found


def new_form() -> str:
    """By it the same form, sent twice, is known as the same."""
    return secrets.token_urlsafe(16)


def sender(user: HubUser) -> dict[str, str]:
    """Who says it, and from where: nobody is asked for it."""
    source = Source.OPERATOR if user.may(Right.OPERATE) else Source.PORTAL
    return {"by": user.user_id, "source": str(source)}


def _named(request: Request) -> tuple[Lifecycle, str]:
    name = Lifecycle(request.path_params["lifecycle"])
    if name not in KINDS:
        not_here()
    return name, request.path_params["subject"]


def _known(request: Request, desk: Desk) -> dict[str, Any]:
    """What is truly known: of the offer its own facts, and what the button that led here was about. ADR 22."""
    offer = _offer(desk, world_of(request).now())
    said = offer.message.model_dump(mode="json") if offer and offer.message else {}
    known = {name: said[name] for name in (offer.known if offer else ())}
    choices = choices_in(desk.seen, desk.name, reader_of(request))
    for name, there in choices.items():
        if (asked := request.query_params.get(name)) in [value for value, _ in there]:
            known[name] = asked
    return known


def _note(desk: Desk) -> str:
    """A word on what follows, for operators: it is English."""
    if not desk.user.may(Right.OPERATE):
        return ""
    offer = _offer(desk, desk.seen.view.as_of)
    return without_rules(offer.note) if offer else ""


def _offer(desk: Desk, now: datetime) -> Offer | None:
    state = desk.seen.state
    return {**operator_offers(state, now), **desk.kind.offers(state, now)}.get(desk.name)


def _unconfirmed(desk: Desk, given: Typed) -> list[Problem]:
    """Of what cannot be undone, what is still missing; it is an input of the page."""
    wanted = {"id": desk.seen.view.id, "box": "yes", "": ""}[desk.confirmed_by]
    wrong = first(given, CONFIRMED).strip() != wanted
    return [Problem.of(Reason.UNCONFIRMED, "confirm it", CONFIRMED)] if wanted and wrong else []


def first(typed: Typed, name: str) -> str:
    """Of one input, what was typed."""
    return next(iter(typed.get(name, ())), "")


def _back(request: Request, user: HubUser, found: Seen, asked: str = "") -> str:
    """Where they came from; else the place where this life is listed."""
    wanted = asked or request.query_params.get("next", "")
    if wanted:
        return safe_path(wanted)
    if user.may(Right.OPERATE):
        return "/operations"
    return f"/customers/{quote(found.view.partner_id)}/{quote(found.view.customer_id)}"
