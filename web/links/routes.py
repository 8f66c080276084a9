"""The pages behind links in our mails. GET shows and changes nothing: scanners of mail follow every link. POST acts."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from adapters.mail.signed_links import SignedLinks
from domain.links import Purpose
from domain.reasons import Problem
from domain.values import Language
from web.links.answers import Answered, Busy, Outcome, acts_of, answer, fresh_link
from web.links.facts import facts_of, may_decide
from web.links.followed import Followed, Standing, follow
from web.links.prefilled import prefilled
from web.links.sections import beside_no_field, sections_of
from web.links.sheets import MODELS, in_words, sheet
from web.model_forms import Wrong, typed_of
from web.model_values import Typed
from web.pages import page, reader_of
from web.reach import NoAnswer, Over, Refusal
from web.reader import Reader
from web.security import behind_link, posted_behind_link
from web.session import LANGUAGE
from web.throttle import look, throttle
from web.world import World, world_of
from web.zones import ZONES

BUTTONS: Final = frozenset({"do", "row", "csrf", "List-Unsubscribe"})
"""Names that are no field."""

ONE_CLICK: Final = [("List-Unsubscribe", "One-Click")]
"""All that a mail program sends. RFC 8058."""

DECIDES: Final = frozenset({"submit", "accept", "decline"})
"""Values of the buttons that answer."""

JUST_NOW: Final = "done"
"""In the address after an answer. It changes a heading."""

MOST_FIELDS: Final = 300
"""Form A with fifty sites and fifty languages has 180. Whoever sends more keeps us busy, by no page of ours."""

OF_ONE_LINK: Final = 40
"""Answers and drafts in a quarter of an hour."""

OF_ONE_ADDRESS: Final = 200
"""A whole company may come from one."""


@dataclass(frozen=True)
class Notice:
    """What is said above a form."""

    text: str
    tone: str = "neutral"


@behind_link
async def show(request: Request) -> Response:
    """What the link is worth now, or the form."""
    found = await _followed(request)
    if found is None:
        return _unknown(request)
    if found.standing is not Standing.OPEN:
        return _outcome(request, found)
    kept = await run_in_threadpool(world_of(request).store.draft, found.draft_key)
    if kept is None:
        return _form(request, found)
    content, saved_at = kept
    reader = reader_of(request)
    return _form(request, found, content, notice=Notice(reader.say("forms.draft", at=reader.at(saved_at)), "accent"))


async def _shown_again(request: Request) -> Response:
    """As it was typed, on a page that has the token this time."""
    found = await _followed(request)
    if found is None:
        return _unknown(request)
    notice = Notice(reader_of(request).say("forms.no_cookie"), "warn")
    if found.standing is Standing.OPEN:
        return _form(request, found, await _typed(request), status=403, notice=notice)
    return _outcome(request, found, 403, notice if found.standing is Standing.EXPIRED else None)


async def _is_one_click(request: Request) -> bool:
    """The mail program's own button against more reminders, which knows no page. RFC 8058."""
    signed = SignedLinks.of(world_of(request).settings)
    link = signed.read(request.path_params["token"]) if signed else None
    about_reminders = link is not None and link.purpose is Purpose.REMINDERS
    return about_reminders and (await request.form()).multi_items() == ONE_CLICK


@posted_behind_link(_shown_again, without_page=_is_one_click)
async def act(request: Request) -> Response:
    """A decision, a draft, another row, or a fresh link."""
    found = await _followed(request)
    if found is None:
        return _unknown(request)
    await throttle(request, "form link", of=found.mark, limit=OF_ONE_LINK)
    await throttle(request, "form link", limit=OF_ONE_ADDRESS)
    typed = await _typed(request)
    if found.standing is Standing.EXPIRED and typed.get("do") == ["fresh"]:
        return _sent_afresh(request, found, await fresh_link(world_of(request), found))
    if found.standing is not Standing.OPEN:
        return await _too_late(request, found, typed)
    if not may_decide(found):
        return _form(request, found, typed)
    return await _decided(request, found, typed)


async def _too_late(request: Request, found: Followed, typed: Typed) -> Response:
    """What was typed is kept for a newer link. A mail program that wants no more reminders has what it wants."""
    if found.standing is Standing.ANSWERED:
        await run_in_threadpool(world_of(request).store.forget_draft, found.draft_key)
    notice = None
    if found.purpose in MODELS and found.standing in (Standing.REPLACED, Standing.EXPIRED):
        await _keep(world_of(request), found, typed)
        notice = Notice(reader_of(request).say("forms.kept"))
    return _outcome(request, found, 200 if await _is_one_click(request) else 409, notice)


async def _decided(request: Request, found: Followed, typed: Typed) -> Response:
    reader = reader_of(request)
    if found.purpose in MODELS:
        more = sheet(found, reader).pressed(typed)
        if more is not None:
            return _form(request, found, more)
        if typed.get("do") == ["save"]:
            await _keep(world_of(request), found, typed)
            return RedirectResponse(request.url.path, 303)
    if not await _is_one_click(request) and not _answers(typed):
        return _form(request, found, typed)
    acts = acts_of(found, typed, reader)
    if isinstance(acts, Wrong):
        await _keep(world_of(request), found, typed)
        return _form(request, found, typed, acts, status=422)
    outcome = await answer(world_of(request), found, acts)
    if isinstance(outcome, Answered):
        return RedirectResponse(f"{request.url.path}?{JUST_NOW}", 303)
    await _keep(world_of(request), found, typed)
    return _not_answered(request, found, typed, outcome)


def _answers(typed: Typed) -> bool:
    """One button, and one that answers: whoever says yes and no has said nothing."""
    pressed = typed.get("do", ())
    return len(pressed) == 1 and pressed[0] in DECIDES


def _not_answered(request: Request, found: Followed, typed: Typed, outcome: Outcome) -> Response:
    """Nothing that was typed is lost."""
    reader = reader_of(request)
    match outcome:
        case Refusal(problems):
            return _form(request, found, typed, _placed(found, typed, reader, problems), status=422)
        case Over():
            return _form(request, found, typed, status=409, notice=Notice(reader.say("forms.over"), "warn"))
        case Busy():
            return _form(request, found, typed, status=409, notice=Notice(reader.say("forms.busy"), "warn"))
        case _:
            return _form(request, found, typed, status=503, notice=Notice(reader.say("forms.no_answer"), "warn"))


def _sent_afresh(request: Request, found: Followed, outcome: Outcome) -> Response:
    match outcome:
        case Answered():
            return _page(request, found, "fresh_sent", 200)
        case NoAnswer():
            return _page(request, found, "fresh_later", 503)
        case _:
            return _page(request, found, "fresh_refused", 409)


def _outcome(request: Request, found: Followed, status: int = 200, notice: Notice | None = None) -> Response:
    """Whoever has just answered is thanked; it says the same otherwise."""
    thanks = found.standing is Standing.ANSWERED and JUST_NOW in request.query_params
    return _page(request, found, "done" if thanks else found.standing.value, status, notice)


def _page(request: Request, found: Followed, name: str, status: int, notice: Notice | None = None) -> Response:
    facts = facts_of(found, reader_of(request))
    return page(
        request, "links/outcome.html", status, outcome=name, at=found.at, found=found, facts=facts, notice=notice
    )


def _unknown(request: Request) -> Response:
    return page(request, "links/outcome.html", 404, outcome="unknown", at=None, found=None, facts=(), notice=None)


def _form(
    request: Request,
    found: Followed,
    typed: Typed | None = None,
    wrong: Wrong | None = None,
    *,
    status: int = 200,
    notice: Notice | None = None,
) -> Response:
    reader = reader_of(request)
    common: dict[str, Any] = {"found": found, "facts": facts_of(found, reader), "notice": notice}
    problems = wrong.problems if wrong else ()
    if found.purpose not in MODELS:
        errors = {problem.field or "": in_words(problem, reader, found) for problem in problems}
        return page(
            request,
            "links/decide.html",
            status,
            **common,
            typed=typed or {},
            errors=errors,
            may_decide=may_decide(found),
            state=found.row.state,
        )
    form = sheet(found, reader)
    said = typed if typed is not None else form.blank(prefilled(found))
    fields = form.fields(said, problems)
    above = (*form.at_no_field(said, problems), *beside_no_field(fields))
    sections = sections_of(found.purpose, fields, reader)
    asked = [each.field for section in sections for each in section.shown]
    shown = {"sections": sections, "fields": asked, "above": above, "zones": ZONES}
    return page(request, "links/form.html", status, **common, **shown)


def _placed(found: Followed, typed: Typed, reader: Reader, problems: tuple[Problem, ...]) -> Wrong:
    """A workflow names fields of the message; people see those of the form."""
    return sheet(found, reader).refused(typed, problems) if found.purpose in MODELS else Wrong(problems)


async def _typed(request: Request) -> Typed:
    """Raises HTTPException 413."""
    items = (await request.form()).multi_items()
    if len(items) > MOST_FIELDS:
        raise HTTPException(413)
    return typed_of(items)


async def _followed(request: Request) -> Followed | None:
    """Whose page it is from here on: in the language that was chosen here, else in that of the mail's reader."""
    world = world_of(request)
    signed = SignedLinks.of(world.settings)
    if signed is None:
        return None
    token: str = request.path_params["token"]
    if (mark := signed.mark(token)) is not None:
        look(request, mark)
    live_for = world.settings.web.links_live_for
    found = await run_in_threadpool(follow, world.store, signed, token, world.clock(), live_for)
    if found is not None:
        request.state.reader = _reader(request, found)
    return found


def _reader(request: Request, found: Followed) -> Reader:
    known = reader_of(request)
    chosen = request.query_params.get(LANGUAGE) or request.cookies.get(LANGUAGE, "")
    if found.reader is None:
        return known
    language = Language(chosen) if chosen in set(Language) else found.reader.language
    return Reader(language, found.reader.zone)


async def _keep(world: World, found: Followed, typed: Typed) -> None:
    """Of a long form only."""
    if found.purpose not in MODELS:
        return
    content = {name: list(texts) for name, texts in typed.items() if name not in BUTTONS}
    await run_in_threadpool(world.store.keep_draft, found.draft_key, content, world.now())


ROUTES: Final = [Route("/f/{token}", show, methods=["GET"]), Route("/f/{token}", act, methods=["POST"])]
