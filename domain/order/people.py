"""Who the people named in an order's forms are, and in which language they are written to. Pure."""

from domain.mails import Role
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.order import OrderLife
from domain.values import Person


def provisioning_people(form: ProvisioningForm, life: OrderLife) -> dict[Role, Person]:
    """The partner contact gets the evidence copy (ORD-16), the site administrator the Welcome (ORD-20)."""
    return {
        Role.FORM_PARTNER: Person(
            first_name=form.partner_first_name,
            last_name=form.partner_last_name,
            email=form.partner_email,
            language=life.partner_reader.language,
            zone=life.partner_reader.zone,
        ),
        Role.SITE_ADMINISTRATOR: Person(
            first_name=form.admin_first_name,
            last_name=form.admin_last_name,
            email=form.admin_email,
            phone=form.admin_phone,
            language=life.customer_reader.language,
            zone=form.time_zone,
        ),
    }


def graduation_people(form: GraduationForm, life: OrderLife) -> dict[Role, Person]:
    """The renewal contact (ORD-31), and who gets a copy, if anybody (M-05)."""
    people = {Role.RENEWAL_CONTACT: form.renewal_contact}
    if form.copy_email is not None:
        people[Role.GRADUATION_COPY] = Person(
            first_name=form.manager_first_name,
            last_name=form.manager_last_name,
            email=form.copy_email,
            language=life.partner_reader.language,
            zone=life.partner_reader.zone,
        )
    return people
