"""A confirmed match: the partner is contacted, the deprovisioning announced, its time runs out. WHS-26, WHS-27, AMB-30.

A contact or an announcement counts when its mail is out: what an outage or an operator's hold delays pushes what
follows, and nothing comes in a burst.
"""

from datetime import date, datetime
from typing import Final

from domain.compliance.mails import ComplianceMail
from domain.compliance.policy import PROMPT
from domain.compliance.standing import CONTACT, LAST_CALL, OUT, UNREACHABLE, UNRESOLVED, CheckStanding
from domain.compliance.states import CheckEvent, CheckStage
from domain.deadlines import Deadline
from domain.lifecycle import PostedMail
from domain.mails import MailState
from domain.operator import Resume
from domain.values import in_days
from domain.working_time import local_day

END: Final = "end"
"""The ladder of what is said before the end, and of the end itself: when several are due, the latest says it all."""

LABELS: Final = {
    UNRESOLVED: "Not resolved in time: customer and users are deprovisioned",
    UNREACHABLE: "The partner did not answer: customer and users are deprovisioned",
}


class CheckContacts(CheckStanding):
    """From the confirmation of a match to its end."""

    def _begin_contacts(self, now: datetime) -> None:
        """What an earlier check began is gone on with: no change of address begins the thirty days anew."""
        self.non_compliant_since = self.carried.non_compliant_since if self.carried else now
        self.confirmed_at, self.contacts_begun = now, self.contacts_carried
        self._give_notice(now)
        self._arm_end(now)
        if self.contacts_begun or self.policy.contacts[0]:
            self._arm_contact()
        elif not self.was_reached:
            self.contact(now)

    def _give_notice(self, now: datetime) -> None:
        """What is nearer than the shortest announcement is put off."""
        earliest = local_day(now, self.rules) + self.shortest_call
        if self.deprovision_on is not None and self.deprovision_on < earliest:
            self.not_before = earliest

    # Contacts.

    def _arm_contact(self) -> None:
        """The next one, on its day; never nearer to the one before than the policy has them apart."""
        number, days = self.contacts_begun, self.policy.contacts
        if self.was_reached or number >= len(days) or self.non_compliant_since is None:
            return
        day = local_day(self.non_compliant_since, self.rules) + days[number]
        if self.contacts_made and self._last_contact_at is not None:
            day = max(day, local_day(self._last_contact_at, self.rules) + (days[number] - days[number - 1]))
        label = f"Contact the partner, attempt {number + 1} of {len(days)}"
        self.agenda.arm(Deadline(kind=CONTACT, days=days[number].days, at=self.notice_at(day), label=label))

    def contact(self, now: datetime) -> None:
        """M-20: the partner is asked for help. The next one waits until this one is out."""
        self.contacts_begun += 1
        self._note("contact_posted", now, attempt=self.contacts_begun)
        self.post(ComplianceMail.COMPLIANCE_CONTACT, str(self.contacts_begun))

    def mail_reported(
        self, key: str, state: MailState, sent_at: datetime | None, now: datetime, answer: str = ""
    ) -> None:
        """A contact or an announcement counts only when it is out."""
        super().mail_reported(key, state, sent_at, now, answer)
        mail = self.mails[key]
        if mail.kind == ComplianceMail.COMPLIANCE_CONTACT:
            self._contact_reported(mail, now)
        elif mail.kind == ComplianceMail.COMPLIANCE_LAST_CALL and state in OUT and self.names_the_day(mail):
            self._announcement_out(now)

    def _announcement_out(self, now: datetime) -> None:
        """The first one counts, and is noted: lists find it in the store from then on."""
        if self.announced_on is None:
            self.announced_on = self._day_announced(now)
            self._note("partner_warned", now, deprovision_on=self.deprovision_on)

    def _contact_reported(self, mail: PostedMail, now: datetime) -> None:
        """One that an operator left out is no attempt: then only the thirty days count."""
        attempt = int(mail.occurrence)
        if mail.state in OUT:
            known, self.contacts_made = self.contacts_made, {**self.contacts_made, attempt: now}
            if self.stage is CheckStage.NON_COMPLIANT and attempt not in known:
                self._move(CheckEvent.PARTNER_CONTACTED, now, attempt=attempt)
        if self.resolved:
            self._tell_of_resolution()
        elif self.stage is CheckStage.NON_COMPLIANT and attempt == self.contacts_begun and not self.was_reached:
            self._arm_what_follows(now)

    def _arm_what_follows(self, now: datetime) -> None:
        if self.contacts_begun < len(self.policy.contacts):
            self._arm_contact()
        elif self.unreachable_on is not None:
            if self.announced_on is None or self.unreachable_on == self.deprovision_on:
                self.announced_on = self._day_announced(now)
            self._arm_end(now)

    def _tell_of_resolution(self) -> None:
        """To a partner who was contacted by this check, or by the one that it went on from, once such a mail is out:
        nothing will be deprovisioned."""
        self.resolved = True
        if self.was_contacted:
            self.post(ComplianceMail.COMPLIANCE_RESOLVED)

    # The end, and what is said before.

    def _arm_end(self, now: datetime) -> None:
        """Both dates, and the announcements of the one that comes first."""
        for kind, day in ((UNRESOLVED, self.unresolved_on), (UNREACHABLE, self.unreachable_on)):
            self.agenda.disarm(kind)
            if day is not None:
                at = self.end_of(day)
                self.agenda.arm(Deadline(kind=kind, at=at, ladder=END, label=LABELS[kind]), again=True)
        if self.deprovision_on is not None:
            self._arm_last_calls(self.deprovision_on, now)

    def _arm_last_calls(self, day: date, now: datetime) -> None:
        """Those still to come; if all are past and nothing is announced, one goes out at once."""
        calls = [
            Deadline(
                kind=LAST_CALL,
                day=day,
                days=before.days,
                at=self.notice_at(day - before),
                ladder=END,
                label=f"Last call, {in_days(before)} before the deprovisioning",
            )
            for before in self.policy.last_call
        ]
        coming = [call for call in calls if call.at > now]
        self.agenda.disarm(*(each.name for each in self.agenda.pending if each.kind == LAST_CALL))
        self.agenda.arm(*coming)
        if not coming and self.announced_on is None:
            self._announce(f"{LAST_CALL}/late", now)

    def call_last(self, deadline: Deadline, now: datetime) -> None:
        """What cannot be undone is announced to whoever can still stop it; too late, it is put off first."""
        if self.announced_on is None and self._is_too_late(self._day_announced(now)):
            self._prolong(now)
        else:
            self._announce(str(deadline.days), now)

    def _announce(self, occurrence: str, now: datetime) -> None:
        """Unless one is on its way already: nothing comes in a burst."""
        if self.calls_under_way:
            return
        self._note("deprovisioning_announced", now, deprovision_on=self.deprovision_on)
        self.post(ComplianceMail.COMPLIANCE_LAST_CALL, occurrence, self.deprovision_at, day=self.deprovision_on)

    def _day_announced(self, now: datetime) -> date:
        """What goes out promptly after the end of a day still counts for that day."""
        return local_day(now - PROMPT, self.rules)

    def _is_too_late(self, day: date) -> bool:
        """Is the deprovisioning less than the shortest announcement away from a day?"""
        return self.deprovision_on is not None and day + self.shortest_call > self.deprovision_on

    def _prolong(self, now: datetime) -> None:
        """An operator held it, or nothing ran: it goes on for as long as the shortest announcement, which is made
        anew."""
        self.not_before, self.announced_on = local_day(now, self.rules) + self.shortest_call, None
        self._note("deprovisioning_put_off", now, deprovision_on=self.deprovision_on)
        self._arm_end(now)

    def resume(self, message: Resume, now: datetime) -> None:
        """Held beyond the end, what was announced before counts no longer: it was not true."""
        super().resume(message, now)
        if self.deprovision_at is not None and now >= self.deprovision_at:
            self.announced_on = None

    def end_reached(self, deadline: Deadline, now: datetime) -> None:
        """The moment is there; one last look decides."""
        self.time_is_up = True
        self._note("end_reached", now, why=deadline.kind, deprovision_at=self.deprovision_at)

    def _is_unannounced(self, now: datetime) -> bool:
        """It was not announced long enough before, or not for this day: nothing ran when it came."""
        if self.announced_on is None or self.deprovision_at is None or now - self.deprovision_at > PROMPT:
            return True
        return self._is_too_late(self.announced_on)
