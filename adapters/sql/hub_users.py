"""Who may sign in, and to which customers they are assigned. HUB-42, HUB-43."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from activities.ports.store import Taken
from adapters.sql.database import hold
from adapters.sql.hub_assignments import SqlHubAssignments
from adapters.sql.hub_people_schema import AssignmentRecord, HubUserRecord
from adapters.sql.hub_schema import HubEntitlementRecord
from adapters.sql.hub_user_rows import as_users, record_user_act, row_of
from adapters.sql.schema import LifecycleRecord
from adapters.sql.web_schema import SessionRecord, SignInLinkRecord
from domain.hub.users import HubUser, NewUser, NoOrderYet, changed, keep_a_full_administrator

KNOWN_AS: Final = ("roles", "name", "email", "language", "zone", "active")
"""What can be changed of a user; the first run is theirs alone."""


class SqlHubUsers(SqlHubAssignments):
    """On SQL. Users of one partner are changed one at a time."""

    def hub_user(self, user_id: str) -> HubUser:
        """Whether active or not. Raises NotKnown."""
        with self._reading() as session:
            return as_users(session, [row_of(session, user_id)])[0]

    def hub_user_by_email(self, email: str) -> HubUser | None:
        """Whoever has this address, in whichever letters."""
        with self._reading() as session:
            row = session.scalars(select(HubUserRecord).where(HubUserRecord.email == email.lower())).first()
            return as_users(session, [row])[0] if row else None

    def hub_users(self, partner_id: str | None) -> list[HubUser]:
        """All of one partner, by name; None: the vendor's."""
        wanted = select(HubUserRecord).where(HubUserRecord.partner_id.is_not_distinct_from(partner_id))
        with self._reading() as session:
            found = as_users(session, session.scalars(wanted).all())
        return sorted(found, key=lambda user: (user.name, user.user_id))

    def all_hub_users(self) -> list[HubUser]:
        """Of every partner and the vendor's, by partner."""
        with self._reading() as session:
            found = as_users(session, session.scalars(select(HubUserRecord)).all())
        return sorted(found, key=lambda user: (user.partner_id or "", user.user_id))

    def add_hub_user(self, new: NewUser, by: str, now: datetime) -> bool:
        """False: they are there already, as they are said to be. Raises Taken for an id or an address of another."""
        user = new.user
        with self._writing() as session:
            hold(session, f"hub users {user.partner_id}")
            known = session.get(HubUserRecord, user.user_id)
            if known is not None:
                if _values(as_users(session, [known])[0]) == _values(user):
                    return False
                raise Taken("a user with this id is known already, and is another", field="user_id")
            _refuse_known_address(session, user)
            row = _record(user, by, now)
            session.add(row)
            record_user_act(session, row, "user.added", {"roles": list(user.roles)}, by, now)
            return True

    def change_hub_user(self, user_id: str, by: str, now: datetime, *, last: bool = False, **changes: Any) -> bool:
        """`roles`, `name`, `email`, `language`, `zone` or `active`; False if they were so. Who is no longer active is
        signed out at once. Raises NotKnown, Taken, ValidationError, and LastFullAdministrator unless `last`."""
        with self._writing() as session:
            row = _held(session, user_id)
            before = as_users(session, [row])[0]
            after = changed(before, **changes)
            if after == before:
                return False
            if not last:
                _keep_a_full_administrator(session, before, after)
            if after.email != before.email:
                _refuse_known_address(session, after)
            for name, value in _values(after).items():
                setattr(row, name, value)
            row.changed_at, row.changed_by = now, by
            if not after.active:
                _sign_out(session, user_id)
            record_user_act(session, row, "user.changed", _said_of(before, after), by, now)
            return True

    def remove_hub_user(self, user_id: str, by: str, now: datetime, *, last: bool = False) -> None:
        """Name and address are gone, what they did stays under their id. Raises NotKnown, LastFullAdministrator."""
        with self._writing() as session:
            row = _held(session, user_id)
            before = as_users(session, [row])[0]
            if not last:
                _keep_a_full_administrator(session, before, None)
            _sign_out(session, user_id)
            session.execute(delete(AssignmentRecord).where(AssignmentRecord.user_id == user_id))
            session.delete(row)
            record_user_act(session, row, "user.removed", {}, by, now)

    def accept_hub_terms(self, user_id: str, now: datetime) -> bool:
        """The end of the first run; the first time counts. Raises NotKnown, NoOrderYet. HUB-01, HUB-02."""
        with self._writing() as session:
            row = row_of(session, user_id)
            if row.accepted_terms_at is not None:
                return False
            if row.partner_id is not None and not _has_ordered(session, row.partner_id):
                raise NoOrderYet
            row.accepted_terms_at = now
            record_user_act(session, row, "terms.accepted", {}, user_id, now)
            return True

    def has_ordered(self, partner_id: str) -> bool:
        """Is anything of this partner known here? HUB-01."""
        with self._reading() as session:
            return _has_ordered(session, partner_id)


def _held(session: Session, user_id: str) -> HubUserRecord:
    """As it is while nobody else changes users of the partner. Raises NotKnown."""
    hold(session, f"hub users {row_of(session, user_id).partner_id}")
    session.expire_all()
    return row_of(session, user_id)


def _record(user: HubUser, by: str, now: datetime) -> HubUserRecord:
    return HubUserRecord(
        user_id=user.user_id,
        partner_id=user.partner_id,
        accepted_terms_at=None,
        changed_at=now,
        changed_by=by,
        **_values(user),
    )


def _values(user: HubUser) -> dict[str, Any]:
    return {name: getattr(user, name) for name in KNOWN_AS} | {
        "roles": list(user.roles),
        "language": user.language.value,
    }


def _said_of(before: HubUser, after: HubUser) -> dict[str, Any]:
    """Of a change: which fields, and the values of those that are nobody's personal data."""
    fields = [name for name in KNOWN_AS if getattr(before, name) != getattr(after, name)]
    open_to_all = {"roles": list(after.roles), "active": after.active}
    return {"changed": fields} | {name: open_to_all[name] for name in fields if name in open_to_all}


def _refuse_known_address(session: Session, user: HubUser) -> None:
    taken = exists().where(HubUserRecord.email == user.email, HubUserRecord.user_id != user.user_id)
    if user.email is not None and session.scalar(select(taken)):
        raise Taken("another user has this address", field="email")


def _keep_a_full_administrator(session: Session, before: HubUser, after: HubUser | None) -> None:
    if before.partner_id is None:
        return
    others = select(HubUserRecord).where(
        HubUserRecord.partner_id == before.partner_id, HubUserRecord.user_id != before.user_id
    )
    keep_a_full_administrator(before, after, as_users(session, session.scalars(others).all()))


def _sign_out(session: Session, user_id: str) -> None:
    session.execute(delete(SessionRecord).where(SessionRecord.user_id == user_id))
    session.execute(delete(SignInLinkRecord).where(SignInLinkRecord.user_id == user_id))


def _has_ordered(session: Session, partner_id: str) -> bool:
    placed = exists().where(LifecycleRecord.partner_id == partner_id)
    faced = exists().where(HubEntitlementRecord.partner_id == partner_id)
    return bool(session.scalar(select(or_(placed, faced))))
