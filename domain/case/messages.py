"""What starts a support case and what people send to it afterwards. domain.md §8, Form F."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.account.channels import Channel
from domain.case.policy import CasePolicy
from domain.case.states import CaseEvent
from domain.checks import Judged, printable, visible
from domain.updates import Update
from domain.values import Email, Identifier, Line, Message, Moment, Person, Text

Description = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(Judged(printable, visible))]
"""What the problem is: several lines, at most 20,000 characters."""

ASKED_FOR: Final = frozenset({Channel.WIDGET, Channel.PORTAL})
"""Channels whose form asks for the organization id. SUP-40."""

FIELD_IN: Final = ASKED_FOR | {Channel.EMAIL}
"""Channels in which the partner fills in the customer's main e-mail, or leaves it out. SUP-11, SUP-40."""


class OpenCase(Message):
    """A partner needs help. Workflow `SupportCase`, id `case-<case_id>`. SUP-07, SUP-40, Form F."""

    case_id: Identifier
    channel: Channel = Field(description="How it came in. SUP-07")
    came_through: Line | None = Field(
        default=None, description="The web or mail address that it came through, if known. SUP-30 to SUP-37"
    )
    partner_id: Identifier
    partner_company: Line
    partner_contact: Person = Field(description="Who asks for help, and gets our mails.")
    service: Line = Field(description="Name of the service. SUP-40")
    organization_id: Identifier | None = Field(default=None, description="ZOID or ZGID of the customer. SUP-40")
    subject: Line = Field(description="SUP-40")
    description: Description = Field(description="SUP-40")
    main_email: Email | None = Field(
        default=None, description="Customer main e-mail: the address of the account's SuperAdmin. SUP-11"
    )
    customer_email: Email | None = Field(default=None, description="Of anybody at the customer. SUP-12")
    zuid: Identifier | None = Field(default=None, description="Of a user at the customer. SUP-12")
    received_at: Moment | None = Field(default=None, description="When it came in, if not just now. AMB-36")
    policy: CasePolicy = CasePolicy()

    @model_validator(mode="after")
    def _forms_ask_for_the_organization(self) -> Self:
        if self.channel in ASKED_FOR and self.organization_id is None:
            raise ValueError(f"organization_id is required for channel {self.channel} (SUP-40)")
        return self


class Respond(Message):
    """An agent answered the partner for the first time. SUP-20."""


class Identify(Message):
    """What the problem is, is known. SUP-20."""

    problem: Line = Field(description="In a few words.")


class AskPartner(Message):
    """Something is wanted from the partner; the clocks pause until it is there."""

    question: Text = Field(description="Goes to the partner by mail.")


class PartnerAnswered(Message):
    """The partner answered; the clocks go on."""

    answer: Text | None = Field(default=None, description="In the partner's words.")


class PartnerWrote(Message):
    """The partner wrote without being asked: it stands with the case, and moves nothing."""

    text: Text = Field(description="In the partner's words.")


class PostStatus(Message):
    """How it stands, for the partner. M-31, SUP-21."""

    status: Text = Field(description="Goes to the partner by mail.")


class SetMainEmail(Message):
    """An agent found the SuperAdmin's address: the account is looked up again by it. SUP-13."""

    main_email: Email = Field(description="Of the SuperAdmin of the account.")


class ChangeService(Message):
    """It is about another service: whether that is covered is looked up again. SUP-04, SUP-05."""

    service: Line = Field(description="By its name: Zoho Desk.")


class Assign(Message):
    """An agent takes it over."""

    agent_id: Identifier = Field(description="Of who works on it from now on.")
    agent: Person = Field(description="Gets the warnings.")


class ChangePolicy(Message):
    """Other targets, or other hours of service: the clocks are counted anew. AMB-35."""

    reason: Line = Field(description="Why, for the audit trail.")
    policy: CasePolicy


class Resolve(Message):
    """It is solved."""

    solution: Text = Field(description="Goes to the partner by mail.")


class Reopen(Message):
    """It is not solved after all."""

    reason: Line = Field(description="Why.")


class Close(Message):
    """Nothing more is to come."""


UPDATES: Final = {
    "respond": Update(message=Respond, does="An agent answered the partner.", event=CaseEvent.RESPONDED),
    "identify": Update(message=Identify, does="The problem is identified.", event=CaseEvent.IDENTIFIED),
    "ask_partner": Update(message=AskPartner, does="Ask the partner; the clocks pause.", event=CaseEvent.PARTNER_ASKED),
    "partner_answered": Update(
        message=PartnerAnswered, does="The partner answered; the clocks go on.", event=CaseEvent.PARTNER_ANSWERED
    ),
    "partner_wrote": Update(message=PartnerWrote, does="The partner wrote without being asked."),
    "post_status": Update(message=PostStatus, does="Tell the partner how it stands.", event=CaseEvent.STATUS_POSTED),
    "set_main_email": Update(message=SetMainEmail, does="The SuperAdmin's address was found."),
    "change_service": Update(message=ChangeService, does="It is about another service."),
    "assign": Update(message=Assign, does="An agent takes it over."),
    "change_policy": Update(message=ChangePolicy, does="Other targets or hours of service."),
    "resolve": Update(message=Resolve, does="It is solved.", event=CaseEvent.RESOLVED),
    "reopen": Update(message=Reopen, does="It is not solved after all.", event=CaseEvent.REOPENED),
    "close": Update(message=Close, does="Nothing more is to come.", event=CaseEvent.CLOSED),
}
"""What people may send to an open case, by name."""
