"""The calendar of deadlines, and its feed behind a signed link that its user may renew: the old one is dead then."""

from datetime import date
from typing import Final

from babel.dates import format_skeleton, get_day_names
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.ports.store import NotKnown
from adapters.sql.operations import DueLine, Narrowed
from domain.hub.policy import CALENDAR_AHEAD, CALENDAR_BACK
from domain.hub.users import HubUser
from domain.permissions import Right
from domain.working_time import add_months, local_day, start_of_day
from web.addresses import act_page, here, outside
from web.flash import flash
from web.operations.agenda import A_WEEK, by_day, feed_of, month_of, parsed_month, visible_to, weeks
from web.pages import page, reader_of
from web.security import behind_link, needs, not_here, signed_in
from web.world import World, world_of

PURPOSE: Final = "tenure.calendar"
LONGEST: Final = 300
"""Characters of a token."""

ON_A_DAY: Final = 3
"""Lines in a square of the month; the list below has all."""

LISTED: Final = 200
"""Lines in the list of a month, or of one day."""


@needs(Right.OPERATE)
async def calendar(request: Request) -> Response:
    """A month: `?month=2026-11`; one day of it: `&day=2026-11-27`."""
    world, user, reader = world_of(request), signed_in(request), reader_of(request)
    today = local_day(world.now(), reader.zone)
    first = parsed_month(request.query_params.get("month", ""), today)
    begin, end = month_of(first)
    lines = await run_in_threadpool(_between, world, user, begin, end, reader.zone)
    chosen = _day(request.query_params.get("day", ""))
    listed = [line for line in lines if _is_of(line, first, chosen, reader.zone)]
    return page(
        request,
        "operations/calendar.html",
        first=first,
        month_name=format_skeleton("yMMMM", first, locale=reader.locale),
        day_names=[get_day_names("abbreviated", locale=reader.locale)[number] for number in range(A_WEEK)],
        time_of=reader.hour,
        here_and_query=here(request),
        act_page=act_page,
        today=today,
        chosen=chosen,
        weeks=weeks(first, lines, reader.zone),
        on_a_day=ON_A_DAY,
        agenda=list(by_day(listed[:LISTED], reader.zone)),
        left_out=max(len(listed) - LISTED, 0),
        earlier=f"{add_months(first, -1):%Y-%m}",
        later=f"{add_months(first, 1):%Y-%m}",
        feed=await run_in_threadpool(feed_address, world, user),
        feed_base=outside(request),
    )


@behind_link
async def feed(request: Request) -> Response:
    """For a calendar program, which has no cookie: the link says for whom."""
    world = world_of(request)
    user = await run_in_threadpool(_user_of, world, request.path_params["token"])
    now = world.now()
    lines = await run_in_threadpool(
        lambda: list(world.store.deadlines(Narrowed(), now - CALENDAR_BACK, now + CALENDAR_AHEAD))
    )
    said = feed_of(visible_to(user, lines), "Tenure", outside(request))
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="tenure.ics"'}
    return Response(said, media_type="text/calendar; charset=utf-8", headers=headers)


@needs(Right.OPERATE)
async def renew(request: Request) -> Response:
    """The link that was, leads nowhere from now on."""
    world, user = world_of(request), signed_in(request)
    await run_in_threadpool(world.store.renew_calendar, user.user_id, world.now())
    return flash(RedirectResponse("/operations/calendar", 303), "operations.link_renewed", https=world.https)


def feed_address(world: World, user: HubUser) -> str:
    """Without the host; empty: nobody set a secret, so nothing can be signed."""
    signer = _signer(world)
    if signer is None:
        return ""
    return f"/calendar/{signer.dumps([user.user_id, world.store.calendar_number(user.user_id)])}.ics"


def _user_of(world: World, token: str) -> HubUser:
    """Whose link it is; for one that is not ours, or no more, there is no such page."""
    signer = _signer(world)
    if signer is None or len(token) > LONGEST:
        not_here()
    try:
        user_id, number = signer.loads(token)
        user = world.store.hub_user(user_id)
    except (BadSignature, NotKnown, ValueError, TypeError):
        not_here()
    if number != world.store.calendar_number(user_id) or not user.may(Right.OPERATE):
        not_here()
    return user


def _signer(world: World) -> URLSafeSerializer | None:
    """The purpose is the salt: a link for something else opens no calendar."""
    web = world.settings.web
    if web.secret is None:
        return None
    secrets = [each.get_secret_value() for each in (*web.old_secrets, web.secret)]
    return URLSafeSerializer(secrets, salt=PURPOSE)


def _between(world: World, user: HubUser, begin: date, end: date, zone: str) -> list[DueLine]:
    since, until = start_of_day(begin, zone), start_of_day(end, zone)
    return visible_to(user, world.store.deadlines(Narrowed(), since, until))


def _is_of(line: DueLine, first: date, chosen: date | None, zone: str) -> bool:
    day = local_day(line.deadline.at, zone)
    return day == chosen if chosen else (day.year, day.month) == (first.year, first.month)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
