"""What a partner's people start: a trial for a customer, an option request for a subscription. TRL-02, OPT-01.

`/start/trial?customer=akasaka`, `/start/option?subscription=sub-SO-100001`. The id of what is started is made from what
was said in this form: sent twice, it is started once.
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.ports.store import NotKnown
from domain.hub.customers import HubCustomer
from domain.hub.lives import LifeState
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.permissions import PARTNERS_START, Right, may
from domain.values import Message
from web.flash import flash
from web.model_forms import ModelForm, Typed, Wrong, typed_of
from web.operations.acts import NOBODY_THERE, NOT_READ, OWN, first, new_form, sender
from web.operations.words import wording
from web.pages import page, reader_of
from web.reach import NoAnswer, Refusal, Started, once, start
from web.security import needs, not_here, signed_in
from web.signin.profile import ZONES
from web.world import World, world_of

NOT_ASKED: Final = frozenset({"policy", "requested_at", "purchased", "partner_administrators"})
"""Terms are the installation's; when it was asked for is now; what was bought already, we know ourselves."""

PREFIX: Final = {"trial": "T", "option": "OR"}
"""Of ids."""

ID_LENGTH: Final = 10


@dataclass(frozen=True)
class Counter:
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
    counter = await _counter(request)
    if request.method != "POST":
        return _show(request, counter, counter.form.blank(counter.known))
    given = typed_of((await request.form()).multi_items())
    typed = {name: texts for name, texts in given.items() if name not in OWN}
    if (more := counter.form.pressed(typed)) is not None:
        return _show(request, counter, more, given)
    message = counter.form.read(typed)
    if isinstance(message, Wrong):
        return _show(request, counter, typed, given, message, NOT_READ)
    return await _answered(request, counter, typed, given, counter.named(message, first(given, "form")))


async def _answered(request: Request, counter: Counter, typed: Typed, given: Typed, message: Message) -> Response:
    world = world_of(request)
    match await start(world, message, KINDS[counter.lifecycle]):
        case Started(subject):
            customer_id = _customer_of(counter, message)
            there = RedirectResponse(f"/customers/{counter.partner_id}/{customer_id}", 303)
            return flash(there, f"actions.started_{counter.lifecycle}", https=world.https, id=subject)
        case Refusal(problems):
            given = {**given, "form": ()}  # asked anew it is another question: the cause may be gone by then
            return _show(request, counter, typed, given, counter.form.refused(typed, problems), NOT_READ)
        case NoAnswer(may_take_effect):
            said = "no_answer" if may_take_effect else "away"
            return _show(request, counter, typed, given, said=said, status=NOBODY_THERE)


def _show(
    request: Request,
    counter: Counter,
    typed: Typed,
    given: Typed | None = None,
    wrong: Wrong | None = None,
    status: int = 200,
    said: str = "",
) -> Response:
    problems = wrong.problems if wrong else ()
    return page(
        request,
        "operations/start.html",
        status,
        counter=counter,
        fields=counter.form.fields(typed, problems),
        above=counter.form.at_no_field(typed, problems),
        said=said,
        form_id=first(given or {}, "form") or new_form(),
        back=f"/customers/{counter.partner_id}/{counter.customer.customer_id}" if counter.customer else "/",
        zones=ZONES,
    )


async def _counter(request: Request) -> Counter:
    """Or there is no such page: for another partner's customer, without the right, for nothing that people start."""
    user, lifecycle = signed_in(request), Lifecycle(request.path_params["lifecycle"])
    right, partner_id = PARTNERS_START.get(lifecycle), user.partner_id
    if right is None or partner_id is None or not user.may(right):
        not_here()
    world, asked = world_of(request), dict(request.query_params)
    if lifecycle == "option":
        fixed, known, customer_id = await run_in_threadpool(_option, world, partner_id, asked.get("subscription", ""))
    else:
        customer_id = asked.get("customer", "")
        fixed, known = await run_in_threadpool(_trial, world, user, partner_id)
    customer = await _customer(world, user, right, partner_id, customer_id)
    if lifecycle == "trial" and customer is not None:
        fixed |= _customer_known(customer)
        known |= _kind_known(customer)
    reader = reader_of(request)
    fixed |= {**sender(user), KINDS[lifecycle].id_field: f"{PREFIX[lifecycle]}-0"}
    form = ModelForm(
        KINDS[lifecycle].start, zone=reader.zone, hidden=NOT_ASKED, fixed=fixed, wording=wording(user, reader, {})
    )
    return Counter(user, partner_id, lifecycle, customer, form, known)


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
    contact = {"email": user.email, "language": user.language.value, "zone": user.zone}
    known = {"partner": {"company": world.store.company_of_partner(partner_id), "contact": contact}}
    return {"partner.id": partner_id, "partner_role": role}, known


def _option(world: World, partner_id: str, subscription: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """For a subscription of theirs; its customer decides who may."""
    columns = world.store.columns(Lifecycle.SUBSCRIPTION, subscription)
    if columns.partner_id != partner_id:
        raise NotKnown(f"there is no {subscription}")
    return {"subscription_id": subscription, "partner_id": partner_id}, {}, columns.customer_id


def _customer_known(customer: HubCustomer) -> dict[str, Any]:
    return {
        "customer.id": customer.customer_id,
        "customer.company": customer.name,
        "customer.country": customer.country,
        "customer.zone": customer.zone,
    }


def _kind_known(customer: HubCustomer) -> dict[str, Any]:
    """Whoever has a subscription that runs pays. TRL-40."""
    pays = any(life.state is LifeState.ACTIVE and not life.trial for life in customer.lives)
    return {"kind": "paying_customer"} if pays else {}


def _customer_of(counter: Counter, message: Message) -> str:
    if counter.customer is not None:
        return counter.customer.customer_id
    customer: Any = getattr(message, "customer", None)
    return str(customer.id)
