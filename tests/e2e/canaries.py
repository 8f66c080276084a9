"""People who exist only to be looked for: every personal field of theirs says canary. I1."""

from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.mail.catcher import MailCatcher
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import Graduate, Offering, OrderKind, PlaceOrder, ReportSiteBuilt, SubmitForm
from domain.values import Customer, Language, Partner, Person
from tests.makers import a_customer, a_form, a_graduation, a_partner, an_order

TRACES = ("canary", "3555099")
"""What every personal field holds one of; the digits are in every phone number."""

NEW, RENEWAL = "SO-910001", "SO-910002"
SUBSCRIPTION = f"sub-{NEW}"
CUSTOMER, TIER_1, TIER_2, NOBODY = "petitpont", "hikari", "northstar", "nobody"


def traces(text: bytes | str) -> list[str]:
    """The canaries in a text, in whatever case, each with what stands around it."""
    given = text if isinstance(text, str) else text.decode(errors="replace")
    lower = given.lower()
    return [given[max(0, at - 60) : at + 40] for word in TRACES if (at := lower.find(word)) >= 0]


def a_canary(role: str, language: Language = Language.ENGLISH, zone: str = "Asia/Tokyo") -> Person:
    """Somebody in this role; the role is not personal, all else is."""
    return Person(
        first_name=f"Canary-{role}",
        last_name=f"Canary {role}",
        email=f"canary-{role}@{role}.example.com",
        language=language,
        zone=zone,
        phone=f"+81 3 5550 99{len(role):02}",
    )


def canary_order(number: str = NEW, kind: OrderKind = OrderKind.NEW) -> PlaceOrder:
    """Tier-1 reads Japanese, Tier-2 English, the customer French."""
    return an_order(
        number,
        Offering.NAMED_HOST,
        Offering.PORT,
        kind=kind,
        subscription_id=SUBSCRIPTION if kind is OrderKind.RENEWAL else None,
        customer=a_canary_customer(),
        ordering_partner=a_canary_partner(TIER_1, Language.JAPANESE),
        reselling_partner=a_canary_partner(TIER_2, Language.ENGLISH),
    )


def a_canary_customer() -> Customer:
    contact = a_canary("customer", Language.FRENCH, "Europe/Paris")
    return a_customer(id=CUSTOMER, company="Petit Pont SA", country="FR", zone="Europe/Paris", contact=contact)


def a_canary_partner(id_: str, language: Language) -> Partner:
    return a_partner(id_, f"{id_} systems", contact=a_canary(id_, language))


def canary_form(**changes: object) -> SubmitForm:
    """Form A."""
    people = {
        f"{prefix}{part}_name": f"Canary {prefix}{part}"
        for prefix in ("", "partner_", "admin_")
        for part in ("first", "last")
    }
    mails = {name: f"canary-{name.replace('_', '-')}@forms.example.com" for name in ("partner_email", "admin_email")}
    more = {"email": "canary@petitpont.example.com", "phone": "+81 3 5550 9901", "admin_phone": "+81 3 5550 9902"}
    address = {"address1": "1 Canary Row", "address2": "Canary Hall"}
    filled = a_form(**people, **mails, **more, **address, **changes)
    return SubmitForm(by=TIER_2, form=ProvisioningForm.model_validate(filled.model_dump()))


def canary_access() -> ReportSiteBuilt:
    """What the Welcome needs."""
    return ReportSiteBuilt(
        by="vendor-build", user_name="canary-admin", password_url="https://site.example/canary/one-time"
    )


def canary_graduation() -> Graduate:
    """Form B; the renewal contact reads Korean."""
    names = ("manager_first_name", "manager_last_name", "site_admin", "customer_contact")
    filled = a_graduation(
        **{name: f"Canary {name}" for name in names},
        manager_email="canary-manager@forms.example.com",
        copy_email="canary-copy@forms.example.com",
        outstanding_issues="call Ms Canary",
        next_steps="Mr Canary decides",
        renewal_contact=a_canary("renewal", Language.KOREAN, "Asia/Seoul"),
    )
    return Graduate(by=TIER_2, form=GraduationForm.model_validate(filled.model_dump()))


class RudeCatcher(MailCatcher):
    """A mail server that says aloud whom it does not want: Tier-1 not yet, Nobody never."""

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(directory, port)
        self.handler.handle_RCPT = _RudeWelcome()


class _RudeWelcome:
    def __init__(self) -> None:
        self._put_off = {a_canary(TIER_1).email}

    async def __call__(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address == a_canary(NOBODY).email:
            return f"550 5.1.1 <{address}> no such mailbox"
        if address in self._put_off:
            self._put_off.remove(address)
            return f"450 4.2.1 <{address}> mailbox busy, try again"
        envelope.rcpt_tos.append(address)
        return "250 ok"
