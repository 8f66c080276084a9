"""Tags of a customer or of a subscription, replaced as a whole. HUB-20 to HUB-22."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.hub.tags import LONGEST, MOST, About, typed
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle
from domain.permissions import Right
from domain.reasons import Reason
from domain.values import Refused
from web.addresses import customer_page
from web.flash import flash
from web.hub.customer import show_customer
from web.pages import reader_of
from web.reader import Reader
from web.security import needs, not_here, signed_in
from web.world import World, world_of


@needs(Right.EDIT_TAGS)
async def replace(request: Request) -> Response:
    """`about`, `subject` and `tags`, separated by commas. What was refused is shown again as it was typed."""
    world, user, form = world_of(request), signed_in(request), await request.form()
    about, subject, text = (str(form.get(name, "")) for name in ("about", "subject", "tags"))
    key = (request.path_params["partner_id"], request.path_params["customer_id"])
    try:
        await run_in_threadpool(_replace, world, user, key, (about, subject), text)
    except Refused as refused:
        said = _said(refused, typed(text), reader_of(request))
        return await show_customer(request, 422, wrong_tags=(subject, text, said))
    answer = RedirectResponse(customer_page(*key, tab="subscriptions"), 303)
    return flash(answer, "hub.tags_saved", https=world.https)


def _replace(world: World, user: HubUser, key: tuple[str, str], tagged: tuple[str, str], text: str) -> None:
    partner_id, customer_id = key
    if not user.may_do(Right.EDIT_TAGS, partner_id, customer_id):
        not_here()
    customer = world.store.hub_customer(partner_id, customer_id, world.now())
    about, subject = tagged
    subscriptions = {each.subject for each in customer.entitlements if each.lifecycle == Lifecycle.SUBSCRIPTION}
    if not (about == About.CUSTOMER and subject == customer_id) and not (
        about == About.SUBSCRIPTION and subject in subscriptions
    ):
        not_here()
    world.store.replace_tags(partner_id, About(about), subject, typed(text), by=user.user_id, now=world.now())


def _said(refused: Refused, tags: list[str], reader: Reader) -> str:
    """In the reader's language, with the tag at fault."""
    field = refused.field or ""
    number = field.removeprefix("tags[").removesuffix("]")
    tag = tags[int(number)] if number.isdecimal() and int(number) < len(tags) else ""
    values: dict[str, Any] = {"number": LONGEST if tag else MOST, "tag": tag}
    if refused.problem.code == Reason.TOO_LONG:
        return reader.say("hub.tags_too_long" if tag else "hub.tags_too_many", **values)
    return reader.say("hub.tags_unusable", **values)
