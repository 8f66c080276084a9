"""What the mails of an option request may say. Pure."""

from datetime import date

from pydantic import AwareDatetime

from domain.mails import LetterFacts


class OptionFacts(LetterFacts):
    """Of a request, and of the subscription that it is about. `due_at`: when an outcome is expected, or None."""

    request_id: str
    kind: str
    """An OptionKind: `language`, `site_split`, `contact`, `session_type`, `logo`, `renewal_date`, `csm`, `other`."""

    subscription_id: str
    facing_partner: str
    requested_at: AwareDatetime

    # What is asked for: those of its kind, the others None.

    language: str | None = None
    """A language tag: `pt-BR`."""

    site: str | None = None
    """The site that gets the language, session type or logo; of a site split the one that gives up named users."""

    new_site: str | None = None
    named_users: int | None = None
    """Of the new site."""

    contact_of: str | None = None
    """Whose contact changes: `customer`, `partner`, `site_administrator`, `renewal_contact`."""

    contact_name: str | None = None
    """The new contact's name, as the reader's language writes it."""

    session_type: str | None = None
    logo_url: str | None = None
    request_text: str | None = None
    """What is asked for in free text (`other`), or said beside it. May have several lines."""

    # What came of it.

    renewal_date: date | None = None
    days_left: int | None = None
    """Until the renewal date, in calendar days of the customer's zone; negative once it is past."""

    csm: str | None = None
    """Who the Customer Success Manager is; None: nobody is assigned yet."""

    completed_at: AwareDatetime | None = None
    """Since when the work done is in effect."""

    note: str | None = None
    """What the vendor's side says about the work done. One line."""

    rejection: str | None = None
    """Why it was refused. One line."""

    @property
    def filed_under(self) -> str:
        """The request's id."""
        return self.request_id
