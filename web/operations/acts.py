"""A page for every update: what it is about, what it does, its form, and where it went. No other way changes anything.

`/act/{lifecycle}/{subject}` lists what may be sent now; `/act/{lifecycle}/{subject}/{update}` shows a form (GET) and
sends it (POST). Who may, `domain/permissions.py` says; for everybody else there is no such page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.hub.users import HubUser
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.offers import Offer, operator_offers
from domain.permissions import INTERNAL, Right, may_send
from domain.reasons import Problem, Reason, without_rules
from domain.updates import Update
from domain.values import Message
from web.addresses import act_page, customer_page, workflow_page
from web.flash import flash
from web.model_forms import ModelForm, Wrong
from web.operations.policy import BY_ID, DEMANDED, NOT_ASKED, TICKED
from web.operations.posted import CONFIRMED, NOBODY_THERE, NOT_NOW, NOT_READ, Posted, posted, sender, unanswered
from web.operations.words import about, choices_in, does, named, standing, title_of, wording
from web.pages import page, reader_of
from web.reach import NoAnswer, Over, Refusal, Snapshot, Taken, once, send, snapshot_of
from web.security import needs, not_here, safe_path, signed_in
from web.world import world_of
from web.zones import ZONES


@dataclass(frozen=True)
class Asked:
    """One update to one lifecycle, and who is about to send it."""

    user: HubUser
    kind: Kind[Any]
    found: Snapshot
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
        return self.name in self.found.possible


@needs(Right.SEE_CUSTOMERS)
async def act(request: Request) -> Response:
    """The form of one update, and what became of it."""
    asked = await _asked(request)
    if request.method == "POST":
        return await _sent(request, asked, await posted(request))
    if not asked.possible:
        return _show(request, asked, Posted(typed={}), status=NOT_NOW)
    return _show(request, asked, Posted(typed=asked.form.blank(_known(request, asked))))


@needs(Right.SEE_CUSTOMERS)
async def overview(request: Request) -> Response:
    """Where one lifecycle stands, and every update that may be sent now."""
    user, (lifecycle, subject) = signed_in(request), _named(request)
    found = await _snapshot_for(request, user, lifecycle, subject)
    reader, kind, whose = reader_of(request), KINDS[lifecycle], (found.view.partner_id, found.view.customer_id)
    names = await run_in_threadpool(world_of(request).store.names_of_customers, [found.view.customer_id])
    acts = [
        (name, title_of(user, reader, lifecycle, name), does(user, reader, lifecycle, name, update))
        for name, update in updates_of(kind).items()
        if name in found.possible and may_send(user.roles, lifecycle, name)
    ]
    return page(
        request,
        "operations/overview.html",
        found=found,
        view=found.view,
        acts=acts,
        listed=whose in names,
        title=found.view.what if user.may(Right.OPERATE) else named(reader, found),
        stands=standing(user, reader, found),
        ui=workflow_page(world_of(request), user, lifecycle, subject),
        back=_back(request, user, found),
        act_page=act_page,
        customer_page=customer_page,
    )


async def _sent(request: Request, asked: Asked, sent: Posted) -> Response:
    if (more := asked.form.pressed(sent.typed)) is not None:
        return _show(request, asked, replace(sent, typed=more))
    message = asked.form.read(sent.typed)
    problems = [*(message.problems if isinstance(message, Wrong) else ()), *_unconfirmed(asked, sent)]
    if isinstance(message, Wrong) or problems:
        return _show(request, asked, sent, problems, NOT_READ)
    return await _answered(request, asked, sent, message)


async def _answered(request: Request, asked: Asked, sent: Posted, message: Message) -> Response:
    world, lifecycle, subject = world_of(request), asked.kind.name, asked.found.view.id
    update_id = once(sent.form, message, lifecycle, subject, asked.name)
    match await send(world, lifecycle, subject, asked.name, message, update_id):
        case Taken():
            title = title_of(asked.user, reader_of(request), *asked.key)
            there = RedirectResponse(_back(request, asked.user, asked.found, sent.next), 303)
            return flash(there, "actions.taken", https=world.https, update=title, id=subject)
        case Refusal(problems):
            return _show(request, asked, sent.anew(), asked.form.refused(sent.typed, problems).problems, NOT_READ)
        case Over():
            return _show(request, asked, sent, status=NOT_NOW, said="over")
        case NoAnswer() as nobody:
            return _show(request, asked, sent, status=NOBODY_THERE, said=unanswered(nobody))


def _show(
    request: Request,
    asked: Asked,
    sent: Posted,
    problems: Sequence[Problem] = (),
    status: int = 200,
    said: str = "",
) -> Response:
    """The same page whatever happened, with everything that was typed."""
    reader = reader_of(request)
    of_form = [problem for problem in problems if problem.field != CONFIRMED]
    return page(
        request,
        "operations/act.html",
        status,
        asked=asked,
        sent=sent,
        title=title_of(asked.user, reader, *asked.key),
        does=does(asked.user, reader, *asked.key, asked.update),
        about=about(asked.user, reader, asked.found),
        note=_note(asked),
        fields=asked.form.fields(sent.typed, of_form),
        above=asked.form.at_no_field(sent.typed, of_form),
        unconfirmed=len(of_form) < len(problems),
        said=said,
        back=_back(request, asked.user, asked.found, sent.next),
        zones=ZONES,
    )


async def _asked(request: Request) -> Asked:
    """Or there is no such page: of another partner, of no such lifecycle, or not theirs to send."""
    user, (lifecycle, subject) = signed_in(request), _named(request)
    name = request.path_params["update"]
    update = updates_of(KINDS[lifecycle]).get(name)
    if update is None or not may_send(user.roles, lifecycle, name):
        not_here()
    found = await _snapshot_for(request, user, lifecycle, subject)
    reader = reader_of(request)
    form = ModelForm(
        update.message,
        zone=reader.zone,
        hidden=NOT_ASKED.get((lifecycle, name), frozenset()),
        fixed=sender(user),
        demanded=DEMANDED.get((lifecycle, name), frozenset()),
        wording=wording(user, reader, choices_in(found, name, reader)),
    )
    return Asked(user, KINDS[lifecycle], found, name, update, form)


async def _snapshot_for(request: Request, user: HubUser, lifecycle: Lifecycle, subject: str) -> Snapshot:
    """A partner hears of screening by letters, and is not told here that somebody is looked for. WHS-24."""
    found = await snapshot_of(world_of(request), lifecycle, subject)
    internal = lifecycle in INTERNAL and not user.may(Right.OPERATE)
    if internal or not user.sees(found.view.partner_id, found.view.customer_id):
        not_here()
    return found


def _named(request: Request) -> tuple[Lifecycle, str]:
    name = Lifecycle(request.path_params["lifecycle"])
    if name not in KINDS:
        not_here()
    return name, request.path_params["subject"]


def _known(request: Request, asked: Asked) -> dict[str, Any]:
    """What is truly known: of the offer its own facts, and what the button that led here was about. ADR 22."""
    offer = _offer(asked, world_of(request).now())
    said = offer.message.model_dump(mode="json") if offer and offer.message else {}
    known = {name: said[name] for name in (offer.known if offer else ())}
    choices = choices_in(asked.found, asked.name, reader_of(request))
    for name, there in choices.items():
        if (given := request.query_params.get(name)) in [value for value, _ in there]:
            known[name] = given
    return known


def _note(asked: Asked) -> str:
    """A word on what follows, for operators: it is English."""
    if not asked.user.may(Right.OPERATE):
        return ""
    offer = _offer(asked, asked.found.view.as_of)
    return without_rules(offer.note) if offer else ""


def _offer(asked: Asked, now: datetime) -> Offer | None:
    state = asked.found.state
    return {**operator_offers(state, now), **asked.kind.offers(state, now)}.get(asked.name)


def _unconfirmed(asked: Asked, sent: Posted) -> list[Problem]:
    """Of what cannot be undone, what is still missing; it is an input of the page."""
    wanted = {"id": asked.found.view.id, "box": "yes", "": ""}[asked.confirmed_by]
    wrong = sent.confirmed.strip() != wanted
    return [Problem.of(Reason.UNCONFIRMED, "confirm it", CONFIRMED)] if wanted and wrong else []


def _back(request: Request, user: HubUser, found: Snapshot, asked: str = "") -> str:
    """Where they came from; else the place where this lifecycle is listed."""
    wanted = asked or request.query_params.get("next", "")
    if wanted:
        return safe_path(wanted)
    if user.may(Right.OPERATE):
        return "/operations"
    return customer_page(found.view.partner_id, found.view.customer_id)
