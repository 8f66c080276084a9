"""Users of a partner, by its full administrators: who sees all customers is managed here. HUB-03, HUB-04, HUB-43."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.ports import Taken
from domain.hub.users import HubUser, LastFullAdministrator, NewUser
from domain.permissions import PartnerRole, Right, may
from domain.values import Language
from web.flash import flash
from web.pages import page, reader_of
from web.reader import Reader
from web.security import needs, not_here, signed_in
from web.signin.profile import choices_of
from web.world import World, world_of

FIELDS: Final = ("name", "email", "language", "zone")
Wrong = dict[str, str]
"""By field, the name of what is said there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form, right or wrong."""

    name: str = ""
    email: str = ""
    language: str = Language.ENGLISH.value
    zone: str = "UTC"
    roles: tuple[str, ...] = ()

    @property
    def checked(self) -> dict[str, Any]:
        """For a NewUser; here everybody has an address, by which they are told apart."""
        return {name: getattr(self, name) for name in (*FIELDS, "roles")}


@needs(Right.MANAGE_ADMINISTRATORS)
async def listed(request: Request) -> Response:
    """Those with access to all customers, then the others."""
    world, user = world_of(request), signed_in(request)
    users = await run_in_threadpool(world.store.hub_users, user.partner_id)
    everywhere = [each for each in users if _sees_all(each)]
    others = [each for each in users if not _sees_all(each)]
    return page(request, "signin/administration.html", groups=(everywhere, others), issuer=world.issuer is not None)


@needs(Right.MANAGE_ADMINISTRATORS)
async def new(request: Request) -> Response:
    """An empty form, in the language and zone of whoever fills it in."""
    user = signed_in(request)
    return _form(request, None, Typed(language=user.language.value, zone=user.zone), {})


@needs(Right.MANAGE_ADMINISTRATORS)
async def add(request: Request) -> Response:
    """Of the same partner; their id says nothing about them."""
    world, user, typed = world_of(request), signed_in(request), _typed(await request.form())
    given = typed.checked | {"user_id": f"u-{secrets.token_hex(5)}", "partner_id": user.partner_id}
    try:
        added = NewUser.model_validate(given)
        await run_in_threadpool(world.store.add_hub_user, added, user.user_id, world.now())
    except (ValidationError, Taken) as refused:
        return _form(request, None, typed, wrong_in(refused), 422)
    return _back(request, "signin.user_added")


@needs(Right.MANAGE_ADMINISTRATORS)
async def one(request: Request) -> Response:
    """Somebody's roles and what else is known of them."""
    about = await _about(request)
    return _form(request, about, as_typed(about), {})


@needs(Right.MANAGE_ADMINISTRATORS)
async def change(request: Request) -> Response:
    """Roles are what HUB-04 speaks of; a partner keeps a full administrator."""
    about, typed = await _about(request), _typed(await request.form())
    if wrong := await _changed(request, about, typed.checked):
        return _form(request, about, typed, wrong, 422)
    stays = about.user_id != signed_in(request).user_id or may(typed.roles, Right.MANAGE_ADMINISTRATORS)
    return _back(request, "core.saved", to="/administration" if stays else "/")


@needs(Right.MANAGE_ADMINISTRATORS)
async def switch(request: Request) -> Response:
    """Lets somebody in no longer, or again; who is out is out at once."""
    about = await _about(request)
    active = (await request.form()).get("active") == "yes"
    if wrong := await _changed(request, about, {"active": active}):
        return _form(request, about, as_typed(about), wrong, 422)
    return _back(request, "signin.activated" if active else "signin.deactivated")


async def _changed(request: Request, about: HubUser, changes: Mapping[str, Any]) -> Wrong:
    world, user = world_of(request), signed_in(request)
    try:
        await run_in_threadpool(world.store.change_hub_user, about.user_id, user.user_id, world.now(), **changes)
    except (ValidationError, Taken, LastFullAdministrator) as refused:
        return wrong_in(refused)
    return {}


def _back(request: Request, done: str, to: str = "/administration") -> Response:
    """To a page that says what was done."""
    return flash(RedirectResponse(to, 303), done, https=world_of(request).https)


def wrong_in(refused: ValidationError | Taken | LastFullAdministrator) -> Wrong:
    """By field, the name of a text."""
    match refused:
        case ValidationError():
            fields = {str(detail["loc"][0]) if detail["loc"] else "roles" for detail in refused.errors()}
            return {field: f"signin.wrong_{field}" for field in fields}
        case Taken():
            return {"email": "signin.email_taken"}
        case LastFullAdministrator():
            return {"roles": "signin.last_administrator"}


def as_typed(user: HubUser) -> Typed:
    """What the form shows first."""
    said = {"name": user.name, "email": user.email or "", "language": user.language.value, "zone": user.zone}
    return Typed(**said, roles=user.roles)


async def _about(request: Request) -> HubUser:
    """Of the same partner; anybody else does not exist."""
    world: World = world_of(request)
    about = await run_in_threadpool(world.store.hub_user, request.path_params["user_id"])
    return about if about.partner_id == signed_in(request).partner_id else not_here()


def _typed(form: FormData) -> Typed:
    said = {name: str(form.get(name, "")).strip() for name in FIELDS}
    return Typed(**said, roles=tuple(str(role) for role in form.getlist("roles")))


def _form(request: Request, about: HubUser | None, typed: Typed, wrong: Wrong, status: int = 200) -> Response:
    return page(
        request,
        "signin/user.html",
        status,
        about=about,
        typed=typed,
        wrong=wrong,
        role_options=_roles(reader_of(request)),
        **choices_of(reader_of(request)),
    )


def _roles(reader: Reader) -> list[tuple[str, str, str]]:
    """Value, name, and what somebody with it may do."""
    return [(role.value, reader.word("core.role", role), reader.word("signin.may", role)) for role in PartnerRole]


def _sees_all(user: HubUser) -> bool:
    """By role, whether active or not."""
    return may(user.roles, Right.SEE_ALL_CUSTOMERS)
