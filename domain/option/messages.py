"""What starts an option request and what people send to it afterwards. domain.md §4, Form E."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.option.policy import OptionPolicy
from domain.option.states import OptionEvent
from domain.updates import Update
from domain.values import Identifier, LanguageTag, Line, Message, Model, Moment, Person, SiteUrl, Text, WebUrl


class OptionKind(StrEnum):
    """What may be asked for. OPT-02, OPT-04."""

    LANGUAGE = "language"
    SITE_SPLIT = "site_split"
    CONTACT = "contact"
    SESSION_TYPE = "session_type"
    LOGO = "logo"
    RENEWAL_DATE = "renewal_date"
    CSM = "csm"
    OTHER = "other"


INQUIRIES: Final = frozenset({OptionKind.RENEWAL_DATE, OptionKind.CSM})
"""They end with an answer, not with a change. OPT-03."""


class AddLanguage(Model):
    """One more language for a site. OPT-02 (a)."""

    site: SiteUrl
    language: LanguageTag


class SplitSite(Model):
    """One more site; its named users are taken from another one: together they stay as many. OPT-02 (b), ORD-33."""

    url: SiteUrl = Field(description="The new site.")
    named_users: Annotated[int, Field(ge=1, le=1_000_000)]
    taken_from: SiteUrl = Field(description="The site that gives up that many named users.")


class ContactOf(StrEnum):
    """Whose contact it is. OPT-02 (c)."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    SITE_ADMINISTRATOR = "site_administrator"
    RENEWAL_CONTACT = "renewal_contact"


class ChangeContact(Model):
    """Somebody else gets the mails from now on. OPT-02 (c)."""

    contact_of: ContactOf
    person: Person


class AddSessionType(Model):
    """A custom session type for a site. OPT-02 (d)."""

    site: SiteUrl
    name: Line
    description: Text | None = None


class ChangeLogo(Model):
    """Another logo for a site. OPT-02 (e)."""

    site: SiteUrl
    image: WebUrl = Field(description="Where the new logo can be fetched.")


class RequestOption(Message):
    """Ask for an option of a running subscription. Workflow `OptionRequest`, id `option-<request_id>`. OPT-01."""

    request_id: Identifier
    subscription_id: Identifier = Field(description="The running subscription that it is about.")
    partner_id: Identifier = Field(description="Who asks: the partner who faces the subscription's customer.")
    requester: Person = Field(description="Gets the acknowledgement, the answer and the outcome.")
    kind: OptionKind
    language: AddLanguage | None = Field(default=None, description="For kind language. OPT-02")
    site_split: SplitSite | None = Field(default=None, description="For kind site_split. OPT-02, ORD-33")
    contact: ChangeContact | None = Field(default=None, description="For kind contact. OPT-02")
    session_type: AddSessionType | None = Field(default=None, description="For kind session_type. OPT-02")
    logo: ChangeLogo | None = Field(default=None, description="For kind logo. OPT-02")
    text: Text | None = Field(
        default=None, description="What is asked for, for kind other; a word beside it for any. OPT-04"
    )
    requested_at: Moment | None = Field(default=None, description="When it was submitted, if not just now.")
    policy: OptionPolicy = OptionPolicy()

    @model_validator(mode="after")
    def _details_are_those_of_its_kind(self) -> Self:
        for kind in DETAILED:
            given = getattr(self, kind) is not None
            if given and kind != self.kind:
                raise ValueError(f"{kind} must be left out for kind {self.kind} (OPT-02)")
            if not given and kind == self.kind:
                raise ValueError(f"{kind} is required for kind {self.kind} (OPT-02)")
        if self.kind is OptionKind.OTHER and not self.text:
            raise ValueError("text is required for kind other (OPT-04)")
        return self


DETAILED: Final = (
    OptionKind.LANGUAGE,
    OptionKind.SITE_SPLIT,
    OptionKind.CONTACT,
    OptionKind.SESSION_TYPE,
    OptionKind.LOGO,
)
"""Kinds with details of their own, each in the field of its name."""


class BeginWork(Message):
    """The vendor's side works on it from now on: it can no longer be cancelled."""


class CompleteWork(Message):
    """The work is done, and takes effect. OPT-02."""

    note: Line | None = Field(default=None, description="What the requester should know about it.")


class RejectRequest(Message):
    """The vendor's side refuses."""

    reason: Line = Field(description="Why; the requester is told.")


class CancelRequest(Message):
    """The partner does not want it any more; possible until work has begun."""

    reason: Line = Field(description="Why, for the audit trail.")


UPDATES: Final = {
    "begin_work": Update(message=BeginWork, does="The vendor's side begins the work.", event=OptionEvent.BEGUN),
    "complete": Update(message=CompleteWork, does="The work is done, and takes effect.", event=OptionEvent.COMPLETED),
    "reject": Update(message=RejectRequest, does="The vendor's side refuses.", event=OptionEvent.REJECTED),
    "cancel": Update(
        message=CancelRequest, does="Cancel the request; possible until work has begun.", event=OptionEvent.CANCELLED
    ),
}
"""What people may send to an open request, by name."""
