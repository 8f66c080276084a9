"""What a trial's mails may say. Pure."""

from pydantic import AwareDatetime

from domain.mails import LetterFacts


class TrialFacts(LetterFacts):
    """Of a trial: of what is lost only what nobody else gives. AMB-48."""

    trial_id: str | None = None
    organization_id: str | None = None
    order_number: str | None = None
    facing_partner: str | None = None
    services: tuple[str, ...] = ()
    """`meetings`, `meetings_enterprise`, `messaging`, `calling`, `contact_center`."""

    expires_at: AwareDatetime | None = None
    """E: the end of the expiry date in the customer's zone."""

    last_day: bool = False
    """Is it written before E is over? Then E is this very day. AMB-47."""

    grace_ends_at: AwareDatetime | None = None
    grace_access: str | None = None
    """`full`, `admin_only` or `none`: what users may still do in grace. AMB-14."""

    access_ended_at: AwareDatetime | None = None
    """When users could do nothing more: at the end of grace, or as early as E. AMB-14, TRL-75."""

    next_call_at: AwareDatetime | None = None
    """When the next last call is due; None: this one is the last. TRL-78."""

    losses: tuple[str, ...] = ()
    """What its end takes as things stand, by step: `users_moved`, `licences_removed`, … AMB-48."""

    numbers_until: AwareDatetime | None = None
    """Until when phone numbers are kept, if Calling is lost. TRL-79."""

    days_left: int | None = None
    sites: tuple[str, ...] = ()

    @property
    def filed_under(self) -> str:
        """The trial's id, else the SO#."""
        return self.trial_id or self.order_number or ""
