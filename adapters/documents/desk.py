"""Documents as the activities ask for them: written from a letter's facts, kept, the same on every call."""

from collections.abc import Mapping
from typing import Final

from activities.ports import Attachment, UnsafeMail
from adapters.documents.confirmation import AcceptedTerms, ConfirmationFacts, ConfirmedItem, confirmation_pdf
from adapters.documents.library import DocumentLibrary
from adapters.documents.typesetter import typesetter
from adapters.mail.links import about
from adapters.mail.signed_links import Link, SignedLinks
from domain.lifecycle import Lifecycle
from domain.links import DOCUMENT, Purpose
from domain.mails import LetterFacts
from domain.order.facts import OrderFacts
from domain.order.messages import Offering, OrderKind, Terms
from domain.values import Person

OFFERINGS: Final[Mapping[str, str]] = {
    Offering.NAMED_HOST: "Named Host",
    Offering.ACTIVE_HOST: "Active Host",
    Offering.PORT: "Port",
    Offering.AUDIO_COMMIT: "WebEx Audio, Commit Plan",
}
"""Product names, the same in every language."""


class DocumentDesk:
    """Writes documents into a library."""

    def __init__(self, library: DocumentLibrary, provisioning_form: str, signed: SignedLinks | None = None) -> None:
        self._library = library
        self._provisioning_form = provisioning_form
        self._signed = signed if signed is None or "provisioning_form" not in signed.elsewhere else None
        typesetter()  # a process without fonts or template fails at its start

    def confirmation(self, facts: LetterFacts, reader: Person) -> Attachment:
        """The confirmation document, kept under its SO#: a later release never words it anew. ORD-04, ORD-14.

        Raises CharacterNotInFonts.
        """
        if not isinstance(facts, OrderFacts):
            raise UnsafeMail("only an order has a confirmation document")
        name = f"confirmation-{facts.order_number}.pdf"
        content = self._library.kept(name)
        if content is None:
            content = confirmation_pdf(self._confirmation_facts(facts, reader))
            self._library.keep(name, content)
        return Attachment(name=name, media_type="application/pdf", content=content)

    def _confirmation_facts(self, facts: OrderFacts, reader: Person) -> ConfirmationFacts:
        return ConfirmationFacts.model_validate(
            {
                "language": reader.language,
                "zone": reader.zone,
                "sales_order_number": facts.order_number,
                "ordering_partner": facts.ordering_partner,
                "reselling_partner": facts.relay_to,
                "end_customer": facts.customer_company,
                "renewal": facts.order_kind == OrderKind.RENEWAL,
                "ordered_at": facts.placed_at,
                "released_at": facts.shipped_at,
                "items": tuple(
                    ConfirmedItem(part_number=i.part_number, offering=OFFERINGS[i.offering], quantity=i.quantity)
                    for i in facts.items
                ),
                "accepted_terms": tuple(
                    AcceptedTerms(terms=Terms(terms), accepted_at=at) for terms, at in facts.terms_accepted
                ),
                "form_url": self._form(facts.order_number),
                "build_guide": facts.build_guide,
            }
        )

    def _form(self, number: str | None) -> str:
        """The document is passed on, and whoever faces the customer fills the form in: its link is the order's, and no
        newer mail ends it. ORD-07, ORD-14, ORD-17."""
        if self._signed is None or number is None:
            return about(self._provisioning_form, "order", number)
        return self._signed.address(
            Link(purpose=Purpose.PROVISIONING, lifecycle=Lifecycle.ORDER, subject=number, occurrence=DOCUMENT)
        )
