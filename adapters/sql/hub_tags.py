"""Tags of customers and subscriptions, a partner at a time. HUB-20 to HUB-22."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from adapters.sql.database import Database, hold
from adapters.sql.hub_acts import record_act
from adapters.sql.hub_changes import count_change
from adapters.sql.hub_people_schema import TagRecord
from domain.hub.tags import About, spelled, wanted

T = TagRecord


class SqlHubTags(Database):
    """On SQL. Tags are a partner's own, never anybody else's. HUB-20."""

    def replace_tags(
        self, partner_id: str, about: About, subject: str, tags: Iterable[str], *, by: str, now: datetime
    ) -> tuple[str, ...]:
        """These and no others from now on, in the spelling that the partner has for them already; the tags as kept.

        A repeat changes nothing, and is no act. Of two who edit at once the later one's stand, all of them. Raises
        Refused. Who may is not asked here (HUB-22).
        """
        asked = wanted(tags)
        with self._writing() as session:
            hold(session, f"hub tags of {partner_id}")
            mine, others = _in_use(session, partner_id, (about, subject))
            kept = spelled(asked, others)
            _replace(session, (partner_id, about, subject), mine, kept, by, now)
        return kept


def _in_use(session: Session, partner_id: str, tagged: tuple[About, str]) -> tuple[set[str], set[str]]:
    """What it has itself, and what everything else of the partner has."""
    mine, others = set[str](), set[str]()
    for about, subject, tag in session.execute(select(T.about, T.subject, T.tag).where(T.partner_id == partner_id)):
        (mine if (about, subject) == tagged else others).add(tag)
    return mine, others


def _replace(
    session: Session, key: tuple[str, About, str], mine: set[str], kept: Iterable[str], by: str, now: datetime
) -> None:
    """Who gave a tag first, and when, stays with it."""
    partner_id, about, subject = key
    added, removed = sorted(set(kept) - mine), sorted(mine - set(kept))
    if not added and not removed:
        return
    session.execute(
        delete(T).where(T.partner_id == partner_id, T.about == about, T.subject == subject, T.tag.in_(removed))
    )
    session.add_all(
        T(partner_id=partner_id, about=about, subject=subject, tag=tag, tagged_by=by, tagged_at=now) for tag in added
    )
    count_change(session)
    said = {"about": str(about), "added": added, "removed": removed}
    record_act(session, at=now, by=by, act="tags.replaced", partner_id=partner_id, subject=subject, data=said)
