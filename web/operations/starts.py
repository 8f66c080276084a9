"""What a partner's people start: a trial for a customer, an option request for a subscription. TRL-02, OPT-01.

`/start/trial?customer=akasaka`, `/start/option?subscription=sub-SO-100001`. The id of what is started is made from what
was said in this form: sent twice, it is started once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.ports.store import NotKnown
from domain.hub.customers import HubCustomer
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.option.messages import DETAILED
from domain.permissions import PARTNERS_START, Right, may
from domain.reasons import Problem
from domain.subscription.row import SubscriptionRow
from domain.values import Message
from web.addresses import customer_page
from web.flash import flash
from web.links.prefilled import form_e
from web.links.sheets import countries, of_the_kind, sites_of
from web.model_fields import Field
from web.model_forms import ModelForm, Wrong
from web.operations.claims import pays, untrue
from web.operations.posted import NOBODY_THERE, NOT_READ, Posted, posted, sender, unanswered
from web.operations.words import wording
from web.pages import page, reader_of
from web.reach import NoAnswer, Refusal, Started, once, start
from web.security import needs, not_here, signed_in
from web.world import World, world_of
from web.zones import ZONES

NOT_ASKED: Final = frozenset({"policy", "requested_at", "purchased", "partner_administrators"})
"""Terms are the installation's; when it was asked for is now; what was bought already, we know ourselves."""

PREFIX: Final = {"trial": "T", "option": "OR"}
"""Of ids."""

ID_LENGTH: Final = 10


@dataclass(frozen=True)
class Asked:
    """What is about to be started, by whom, for which customer."""

    user: HubUser
    partner_id: str
    lifecycle: Lifecycle
    customer: HubCustomer | None
    form: ModelForm[Message]
    known: dict[str, Any]

    @property
    def id_field(self) -> str:
        """Of the start."""
        return KINDS[self.lifecycle].id_field

    def named(self, message: Message, form_id: str) -> Message:
        """With an id of its own, the same for the same content of the same form."""
        made = once(form_id, message, self.lifecycle)[:ID_LENGTH].upper()
        return message.model_copy(update={self.id_field: f"{PREFIX[self.lifecycle]}-{made}"})


@needs(Right.SEE_CUSTOMERS)
async def begin(request: Request) -> Response:
    """The form, and what became of it."""
    asked = await _asked(request)
    if request.method != "POST":
        return _show(request, asked, Posted(typed=asked.form.blank(asked.known)))
    sent = await posted(request)
    if asked.lifecycle == "option":
        sent = replace(sent, typed=of_the_kind(sent.typed))
    if (more := asked.form.pressed(sent.typed)) is not None:
        return _show(request, asked, replace(sent, typed=more))
    message = asked.form.read(sent.typed)
    if isinstance(message, Wrong):
        return _show(request, asked, sent, message.problems, NOT_READ)
    problems = await run_in_threadpool(untrue, world_of(request), asked.user, asked.partner_id, message)
    if problems:
        return _show(request, asked, sent, problems, NOT_READ)
    return await _answered(request, asked, sent, asked.named(message, sent.form))


async def _answered(request: Request, asked: Asked, sent: Posted, message: Message) -> Response:
    world = world_of(request)
    match await start(world, message, KINDS[asked.lifecycle]):
        case Started(subject):
            there = RedirectResponse(customer_page(asked.partner_id, _customer_of(asked, message)), 303)
            return flash(there, f"actions.started_{asked.lifecycle}", https=world.https, id=subject)
        case Refusal(problems):
            return _show(request, asked, sent.anew(), asked.form.refused(sent.typed, problems).problems, NOT_READ)
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
    return page(
        request,
        "operations/start.html",
        status,
        asked=asked,
        sent=sent,
        fields=_of_its_kind(asked, asked.form.fields(sent.typed, problems)),
        details=DETAILED,
        above=asked.form.at_no_field(sent.typed, problems),
        said=said,
        back=customer_page(asked.partner_id, asked.customer.customer_id) if asked.customer else "/",
        zones=ZONES,
    )


async def _asked(request: Request) -> Asked:
    """Or there is no such page: for another partner's customer, without the right, for nothing that people start."""
    user, lifecycle = signed_in(request), Lifecycle(request.path_params["lifecycle"])
    right, partner_id = PARTNERS_START.get(lifecycle), user.partner_id
    if right is None or partner_id is None or not user.may(right):
        not_here()
    world, query = world_of(request), request.query_params
    reader = reader_of(request)
    choices = {"customer.country": countries(reader)}
    if lifecycle == "option":
        row = await run_in_threadpool(_subscription, world, partner_id, query.get("subscription", ""))
        fixed, known, customer_id = _option(user, row)
        choices = sites_of(row)
    else:
        customer_id = query.get("customer", "")
        fixed, known = await run_in_threadpool(_trial, world, user, partner_id)
    customer = await _customer(world, user, right, partner_id, customer_id)
    if lifecycle == "trial" and customer is not None:
        fixed |= _customer_known(customer)
        known |= {"customer": {"contact": {"zone": customer.zone}}} | _kind_known(customer)
    fixed |= {**sender(user), KINDS[lifecycle].id_field: f"{PREFIX[lifecycle]}-0"}
    form = ModelForm(
        KINDS[lifecycle].start, zone=reader.zone, hidden=NOT_ASKED, fixed=fixed, wording=wording(user, reader, choices)
    )
    return Asked(user, partner_id, lifecycle, customer, form, known)


async def _customer(world: World, user: HubUser, right: Right, partner_id: str, customer_id: str) -> HubCustomer | None:
    """Who it is for; None: for somebody new."""
    if not customer_id:
        return None
    if not user.may_do(right, partner_id, customer_id):
        not_here()
    return await run_in_threadpool(world.store.hub_customer, partner_id, customer_id, world.now())


def _trial(world: World, user: HubUser, partner_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is certain, and what somebody may still correct: how the partner is called, and who asks."""
    role = next(role for role in user.roles if may([role], Right.START_TRIAL))
    known = {"partner": {"company": world.store.company_of_partner(partner_id), "contact": _contact(user)}}
    return {"partner.id": partner_id, "partner_role": role}, known


def _contact(user: HubUser) -> dict[str, Any]:
    """Of whoever asks, what is known; how a name is parted, only they know."""
    return {"email": user.email, "language": user.language.value, "zone": user.zone}


def _subscription(world: World, partner_id: str, subscription: str) -> SubscriptionRow:
    """One of theirs."""
    if world.store.columns(Lifecycle.SUBSCRIPTION, subscription).partner_id != partner_id:
        raise NotKnown(f"there is no {subscription}")
    row: SubscriptionRow = world.store.row(Lifecycle.SUBSCRIPTION, subscription)
    return row


def _option(user: HubUser, row: SubscriptionRow) -> tuple[dict[str, Any], dict[str, Any], str]:
    """What is certain, what somebody may still correct; its customer decides who may."""
    fixed = {"subscription_id": row.state.subscription_id, "partner_id": user.partner_id}
    return fixed, form_e(row) | {"requester": _contact(user)}, row.state.customer_id


def _of_its_kind(asked: Asked, fields: Sequence[Field]) -> list[Field]:
    """Details of an option request are shown after its kind was chosen, and have to be given then. OPT-02."""
    if asked.lifecycle != "option":
        return list(fields)
    return [replace(each, required=True) if each.name in DETAILED else each for each in fields]


def _customer_known(customer: HubCustomer) -> dict[str, Any]:
    return {
        "customer.id": customer.customer_id,
        "customer.company": customer.name,
        "customer.country": customer.country,
        "customer.zone": customer.zone,
    }


def _kind_known(customer: HubCustomer) -> dict[str, Any]:
    """Whoever has a subscription that runs pays. TRL-40."""
    return {"kind": "paying_customer"} if pays(customer) else {}


def _customer_of(asked: Asked, message: Message) -> str:
    if asked.customer is not None:
        return asked.customer.customer_id
    customer: Any = getattr(message, "customer", None)
    return str(customer.id)
