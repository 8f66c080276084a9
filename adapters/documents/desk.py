"""Documents as the activities ask for them: written from a letter's facts, kept, the same on every call."""

from collections.abc import Mapping
from typing import Final

from activities.ports import Attachment, UnsafeMail
from adapters.documents.confirmation import AcceptedTerms, ConfirmationFacts, ConfirmedItem, confirmation_pdf
from adapters.documents.library import DocumentLibrary
from adapters.documents.typesetter import typesetter
from adapters.mail.links import about
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

    def __init__(self, library: DocumentLibrary, provisioning_form: str) -> None:
        self._library = library
        self._provisioning_form = provisioning_form
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
                "form_url": about(self._provisioning_form, "order", facts.order_number),
                "build_guide": facts.build_guide,
            }
        )
