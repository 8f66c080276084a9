"""One's own language and zone; in the first run, too: nobody accepts terms that they cannot read."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.values import Language
from web.flash import flash
from web.pages import page, reader_of
from web.reader import Reader
from web.security import needs, signed_in
from web.world import world_of
from web.zones import ZONES


@needs(in_first_run=True)
async def show(request: Request) -> Response:
    """As it is."""
    return _form(request)


@needs(in_first_run=True)
async def save(request: Request) -> Response:
    """The next page is in that language."""
    form = await request.form()
    language, zone = str(form.get("language", "")), str(form.get("zone", ""))
    if language not in set(Language) or zone not in ("UTC", *ZONES):
        return _form(request, 422, wrong=True)
    world, user = world_of(request), signed_in(request)
    about, now = user.user_id, world.now()
    await run_in_threadpool(world.store.change_hub_user, about, about, now, language=Language(language), zone=zone)
    return flash(RedirectResponse("/profile", 303), "core.saved", https=world.https)


def _form(request: Request, status: int = 200, *, wrong: bool = False) -> Response:
    return page(request, "signin/profile.html", status, wrong=wrong, **choices_of(reader_of(request)))


def choices_of(reader: Reader) -> dict[str, list[tuple[str, str]]]:
    """What a form offers: languages by their own names, and zones."""
    return {
        "language_options": [(each.value, reader.word("core.language", each)) for each in Language],
        "zone_options": [(zone, zone.replace("_", " ")) for zone in ("UTC", *ZONES)],
    }
