"""What the mails of a support case may say. Pure."""

from pydantic import AwareDatetime

from domain.mails import LetterFacts
from domain.values import Model


class ClockFacts(Model):
    """One SLA clock, for a mail to our own people."""

    name: str
    """`first_response`, `identification`, `status_update`."""

    due_at: AwareDatetime
    """When it is breached, or was."""

    breached: bool
    hours: float
    """How long it allows, in hours of service: `3.0`."""


class CaseFacts(LetterFacts):
    """Of a case. `customer_company`: the account's name; empty while nobody knows whose account it is."""

    case_id: str
    case_subject: str
    """One line, in the partner's words."""

    service: str
    organization_id: str | None = None
    """The ZOID or ZGID, as the partner gave it or as the registry has it."""

    partner: str
    """The partner's company."""

    received_at: AwareDatetime
    critical: bool
    """S1 – Critical, priority customer. SUP-10."""

    agent: str | None = None
    """Id of the agent it is assigned to."""

    came_through: str | None = None
    """The door that it came through, if that was the wrong one: a web or mail address, or its host."""

    right_door: str | None = None
    """Then: the door for the account's data centre. SUP-30 to SUP-37."""

    first_response_hours: tuple[float, float] | None = None
    """Target and limit of the first response, in hours, where such a clock runs. SUP-20."""

    text: str | None = None
    """The question, status or solution, in the agent's words. May have several lines."""

    next_update_at: AwareDatetime | None = None
    """When the partner hears again at the latest, if that is so. AMB-37."""

    closes_at: AwareDatetime | None = None
    """When a resolved case closes by itself."""

    clock: ClockFacts | None = None
    """The clock that this mail is about."""

    clocks: tuple[ClockFacts, ...] = ()
    """All that run or were breached: for the notice that S1 was found late."""

    minutes_lost: int | None = None
    """Between receipt and classification as S1. AMB-36."""

    identifiers_given: bool = True
    """Did the partner give any of customer e-mail, ZUID, ZOID? SUP-12."""

    @property
    def filed_under(self) -> str:
        """The case's id."""
        return self.case_id
