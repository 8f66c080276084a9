"""One maker per thing: a test shows only what matters to it. Invented people under example.com."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from domain.order.examples import FORM, GRADUATION
from domain.order.forms import GraduationForm, ProvisioningForm, SitePlan
from domain.order.messages import (
    AcceptTerms,
    CancelOrder,
    ClearCompliance,
    Graduate,
    Offering,
    OrderItem,
    OrderKind,
    PlaceOrder,
    RefuseCompliance,
    ReportSiteBuilt,
    SubmitForm,
    Terms,
)
from domain.permissions import PartnerRole
from domain.subscription.messages import StartSubscription
from domain.trial.messages import (
    CancelTrial,
    ConvertTrial,
    CustomerAdministrator,
    ExtendTrial,
    ReportServicesBuilt,
    Service,
    StartTrial,
    TrialKind,
)
from domain.values import Country, Customer, Language, Partner, Person

MONDAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""A Monday, 10:00 in Tokyo, no Japanese holiday in sight."""

PASSWORD_PAGE = "https://akasaka.webex.example/password/one-time"


def a_person(email: str = "hanako.yamada@akasaka.example.com", **changes: Any) -> Person:
    """Somebody in Tokyo who reads Japanese."""
    given = {
        "first_name": "Hanako",
        "last_name": "Yamada",
        "email": email,
        "language": Language.JAPANESE,
        "zone": "Asia/Tokyo",
    }
    return Person(**given | changes)


def a_customer(**changes: Any) -> Customer:
    """A customer in Tokyo."""
    given = {
        "id": "akasaka",
        "company": "赤坂商事",
        "country": Country("JP"),
        "zone": "Asia/Tokyo",
        "contact": a_person(),
    }
    return Customer(**given | changes)


def a_partner(id_: str = "hikari", company: str = "ひかりシステムズ", **changes: Any) -> Partner:
    """A Tier-1 partner."""
    contact = a_person(f"desk@{id_}.example.com", first_name="Ken", last_name="Sato")
    return Partner(**{"id": id_, "company": company, "contact": contact} | changes)


def items(*offerings: Offering, quantity: int = 25) -> tuple[OrderItem, ...]:
    """One item for each offering."""
    return tuple(
        OrderItem(part_number=f"A-{offering.upper().replace('_', '-')}", offering=offering, quantity=quantity)
        for offering in offerings
    )


def an_order(number: str = "SO-100001", *offerings: Offering, **changes: Any) -> PlaceOrder:
    """A new order of 25 named hosts."""
    given = {
        "by": "upstream-ccw",
        "sales_order_number": number,
        "customer": a_customer(),
        "ordering_partner": a_partner(),
        "items": items(*(offerings or (Offering.NAMED_HOST,))),
    }
    return PlaceOrder(**given | changes)


def a_renewal(number: str = "SO-200001", of: str = "sub-SO-100001", *offerings: Offering, **changes: Any) -> PlaceOrder:
    """A renewal of that subscription."""
    return an_order(number, *offerings, kind=OrderKind.RENEWAL, subscription_id=of, **changes)


def a_form(named_users: int = 25, /, **changes: Any) -> ProvisioningForm:
    """Form A for one site."""
    sites = (SitePlan(url="akasaka.webex.example", named_users=named_users),)
    return ProvisioningForm(**FORM.model_dump() | {"sites": sites} | changes)


def a_graduation(**changes: Any) -> GraduationForm:
    """Form B."""
    return GraduationForm(**GRADUATION.model_dump() | changes)


def accepted(terms: Terms) -> AcceptTerms:
    return AcceptTerms(by="customer-17", terms=terms)


def cleared() -> ClearCompliance:
    return ClearCompliance(by="vendor-desk")


def refused(reason: str = "export restrictions") -> RefuseCompliance:
    return RefuseCompliance(by="vendor-desk", reason=reason)


def cancelled(reason: str = "ordered twice") -> CancelOrder:
    return CancelOrder(by="ops-7", reason=reason)


def submitted(form: ProvisioningForm | None = None) -> SubmitForm:
    return SubmitForm(by="partner-hikari", form=form or a_form())


def built() -> ReportSiteBuilt:
    return ReportSiteBuilt(by="vendor-build", user_name="akasaka-admin", password_url=PASSWORD_PAGE)


def renewal_done() -> ReportSiteBuilt:
    return ReportSiteBuilt(by="vendor-build")


def graduated(**changes: Any) -> Graduate:
    return Graduate(by="partner-hikari", form=a_graduation(**changes))


def days(number: float) -> timedelta:
    return timedelta(days=number)


def a_subscription_start(**changes: Any) -> StartSubscription:
    """As the workflow of an order starts its subscription, for a year."""
    given: dict[str, Any] = {
        "by": "tenure",
        "subscription_id": "sub-SO-100001",
        "order_number": "SO-100001",
        "customer_id": "akasaka",
        "partner_id": "hikari",
        "zone": "Asia/Tokyo",
        "service_start_at": MONDAY,
        "term_months": 12,
    }
    return StartSubscription(**given | changes)


# Trials.


def an_administrator(email: str, *, full: bool = False) -> CustomerAdministrator:
    """One more administrator of the customer."""
    return CustomerAdministrator(person=a_person(email), full=full)


def a_trial(trial_id: str = "T-1001", /, *services: Service, **changes: Any) -> StartTrial:
    """A trial of Meetings for a new customer in Tokyo."""
    given = {
        "by": "partner-hikari",
        "trial_id": trial_id,
        "kind": TrialKind.NEW_CUSTOMER,
        "partner": a_partner(),
        "partner_role": PartnerRole.SALES_ADMINISTRATOR,
        "customer": a_customer(),
        "business_vertical": "Retail",
        "supported_location": True,
        "services": services or (Service.MEETINGS,),
    }
    return StartTrial(**given | changes)


def a_consented_trial(trial_id: str = "T-1001", /, *services: Service, **changes: Any) -> StartTrial:
    """A trial for an existing customer, whose one full administrator is not the address given."""
    given = {
        "kind": TrialKind.EXISTING_CUSTOMER,
        "confirmed_organization": True,
        "administrators": (
            an_administrator("full@akasaka.example.com", full=True),
            an_administrator("ro@akasaka.example.com"),
        ),
    }
    return a_trial(trial_id, *services, **given | changes)


def a_paid_customer_s_trial(trial_id: str = "T-1001", /, *services: Service, **changes: Any) -> StartTrial:
    """A trial of Calling for a paying customer, who bought Meetings: active at once, which makes it handy."""
    given = {"kind": TrialKind.PAYING_CUSTOMER, "purchased": (Service.MEETINGS,)}
    return a_trial(trial_id, *(services or (Service.CALLING,)), **given | changes)


def extended(number: int, *, shorten: bool = False) -> ExtendTrial:
    return ExtendTrial(by="partner-hikari", days=number, confirm_shorten=shorten)


def ended(*, confirm: bool = True) -> CancelTrial:
    return CancelTrial(by="partner-hikari", reason="chose another product", confirm=confirm)


def converted(*services: Service, tier: int = 1, **changes: Any) -> ConvertTrial:
    """Converted by an order placed already."""
    given = {
        "by": "partner-hikari",
        "tier": tier,
        "services": services or (Service.CALLING,),
        "provisioning_contact": a_person("setup@hikari.example.com"),
    }
    if "order" not in changes:
        given["order_number"] = "SO-300001"
    return ConvertTrial(**given | changes)


def services_built(*services: Service) -> ReportServicesBuilt:
    return ReportServicesBuilt(by="vendor-build", services=services or (Service.MEETINGS,))


# Anything.

K = TypeVar("K")


def known(value: K | None) -> K:
    """What must be known here."""
    assert value is not None
    return value


def some(things: Iterable[K]) -> list[K]:
    """All of them, of which there is at least one: who loops over nothing has tested nothing."""
    found = list(things)
    assert found, "nothing to look at"
    return found
