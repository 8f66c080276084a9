"""Who the people named in an order's forms are, and in which language they are written to. Pure.

The forms were judged when they came: nobody is judged here once more.
"""

from domain.mails import Role
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.state import OrderState
from domain.values import Person


def provisioning_people(form: ProvisioningForm, state: OrderState) -> dict[str, Person]:
    """The partner contact gets the evidence copy (ORD-16), the site administrator the Welcome (ORD-20)."""
    return {
        Role.FORM_PARTNER: Person.model_construct(
            first_name=form.partner_first_name,
            last_name=form.partner_last_name,
            email=form.partner_email,
            language=state.partner_reader.language,
            zone=state.partner_reader.zone,
        ),
        Role.SITE_ADMINISTRATOR: Person.model_construct(
            first_name=form.admin_first_name,
            last_name=form.admin_last_name,
            email=form.admin_email,
            phone=form.admin_phone,
            language=state.customer_reader.language,
            zone=form.time_zone,
        ),
    }


def graduation_people(form: GraduationForm, state: OrderState) -> dict[str, Person]:
    """The renewal contact (ORD-31), and who gets a copy, if anybody (M-05)."""
    people: dict[str, Person] = {Role.RENEWAL_CONTACT: form.renewal_contact}
    if form.copy_email is not None:
        people[Role.GRADUATION_COPY] = Person.model_construct(
            first_name=form.manager_first_name,
            last_name=form.manager_last_name,
            email=form.copy_email,
            language=state.partner_reader.language,
            zone=state.partner_reader.zone,
        )
    return people
