"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test. Invented people."""

from datetime import datetime
from typing import Final

from domain.events import TaskKind
from domain.offers import Known, Offer, as_they_are, fitted
from domain.order.forms import GraduationForm, ProvisioningForm, SitePlan
from domain.order.messages import (
    AcceptTerms,
    CancelOrder,
    ClearCompliance,
    CompleteTask,
    Graduate,
    RefuseCompliance,
    ReportSiteBuilt,
    SubmitForm,
    Terms,
)
from domain.order.state import RELAY, OrderState
from domain.order.view import agreement_to
from domain.values import Country, Language, Message, Person
from domain.view import LifecycleView

FORM: Final = ProvisioningForm(
    company_name="Akasaka Trading",
    first_name="Hanako",
    last_name="Yamada",
    phone="+81 3 5550 0101",
    email="hanako.yamada@akasaka.example.com",
    employees=120,
    website="https://akasaka.example.com",
    address1="Akasaka 9-7-1",
    city="Minato-ku",
    country=Country("JP"),
    state="Tokyo",
    postal_code="107-0052",
    partner_company="Hikari Systems",
    partner_first_name="Ken",
    partner_last_name="Sato",
    partner_email="ken.sato@hikari.example.com",
    admin_email="it-admin@akasaka.example.com",
    admin_first_name="Hanako",
    admin_last_name="Yamada",
    admin_phone="+81 3 5550 0102",
    sites=(SitePlan(url="akasaka.webex.example", named_users=25),),
    primary_language="Japanese",
    time_zone="Asia/Tokyo",
    existing_customer=False,
)

RENEWAL_FORM: Final = FORM.model_copy(update={"existing_customer": True})
"""A renewal answers Yes. REN-06."""

GRADUATION: Final = GraduationForm(
    manager_first_name="Ken",
    manager_last_name="Sato",
    manager_email="ken.sato@hikari.example.com",
    partner_name="Hikari Systems",
    customer_name="Akasaka Trading",
    site_url="akasaka.webex.example",
    term_years=1,
    site_admin="Hanako Yamada",
    checklist_completed=True,
    customer_uses_service=True,
    requirements_implemented=True,
    renewal_contact=Person(
        first_name="Yuki",
        last_name="Tanaka",
        email="yuki.tanaka@hikari.example.com",
        language=Language.JAPANESE,
        zone="Asia/Tokyo",
    ),
    customer_contact="Hanako Yamada",
    outstanding_issues="none",
    next_steps="none",
    upsell=False,
    copy_wanted=True,
    copy_email="ken.sato@hikari.example.com",
)

_ONE_TIME_PAGE: Final = "https://akasaka.webex.example/password/one-time"

MONTHS_OF_A_YEAR: Final = 12

EXAMPLES: Final[dict[str, Message]] = {
    "accept_terms": AcceptTerms(by="customer-17", terms=Terms.PORT),
    "clear_compliance": ClearCompliance(by="vendor-desk"),
    "refuse_compliance": RefuseCompliance(by="vendor-desk", reason="export restrictions"),
    "cancel": CancelOrder(by="ops-7", reason="ordered twice"),
    "submit_provisioning_form": SubmitForm(by="partner-hikari", form=FORM),
    "report_site_built": ReportSiteBuilt(by="vendor-build", user_name="akasaka-admin", password_url=_ONE_TIME_PAGE),
    "graduate": Graduate(by="partner-hikari", form=GRADUATION),
    "complete_task": CompleteTask(by="partner-hikari", task=RELAY),
}
"""By update name."""


def offers(state: OrderState, _now: datetime) -> dict[str, Offer]:
    """What fits this order: the terms still missing, the users it bought, its term."""
    found = as_they_are(EXAMPLES)
    found["accept_terms"] = _terms(state)
    found["submit_provisioning_form"] = _form(state)
    if state.is_renewal:
        found["report_site_built"] = Offer(ReportSiteBuilt(by="vendor-build"))
    else:
        found["report_site_built"] = Offer(EXAMPLES["report_site_built"], "both go out in the Welcome as they are")
    found["graduate"] = _graduation(state)
    found["complete_task"] = fitted(EXAMPLES["complete_task"], task=RELAY)
    return found


def known(view: LifecycleView) -> Known:
    """Terms still missing, the task to be done; of a renewal the site is there already."""
    missing = {awaited.what for awaited in view.awaiting if awaited.update == "accept_terms"}
    relays = [task for task in view.tasks if task.kind is TaskKind.RELAY_CONFIRMATION and task.closed_at is None]
    found: Known = {
        "accept_terms": {"terms": [terms for terms in Terms if agreement_to(terms) in missing]},
        "complete_task": {"task": [task.key for task in relays]},
    }
    return {**found, "report_site_built": {}} if view.kind == "order.renewal" else found


def _terms(state: OrderState) -> Offer:
    """Which of two, only the customer knows."""
    match state.missing_terms:
        case (only,):
            return fitted(EXAMPLES["accept_terms"], terms=only)
        case (first, *_):
            return Offer(EXAMPLES["accept_terms"]).assuming(terms=first)
    return Offer(EXAMPLES["accept_terms"])


def _form(state: OrderState) -> Offer:
    site = FORM.sites[0].model_copy(update={"named_users": state.named_hosts})
    renewal = "; existing_customer must be true, it is a renewal" if state.is_renewal else ""
    note = f"as the customer answered; named users must add up to {state.named_hosts}{renewal}"
    filled_in = (RENEWAL_FORM if state.is_renewal else FORM).model_copy(update={"sites": (site,)})
    return Offer(EXAMPLES["submit_provisioning_form"], note).assuming(form=filled_in)


def _graduation(state: OrderState) -> Offer:
    years = state.term_months / MONTHS_OF_A_YEAR
    site = state.sites[0] if state.sites else GRADUATION.site_url
    filled_in = GRADUATION.model_copy(update={"term_years": years, "site_url": site})
    sites = ", ".join(state.sites)
    note = f"as the partner answered; term_years must be {years:g}, site_url one of: {sites}"
    return Offer(EXAMPLES["graduate"], note).assuming(form=filled_in)
