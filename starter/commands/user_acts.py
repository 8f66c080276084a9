"""What the commands of users do, on the store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from rich.text import Text

from activities.ports.store import NotKnown, Taken
from adapters.sql.store import SqlStore
from adapters.tokens import sign_in_path
from domain.hub.policy import SIGN_IN_LINK_LIVES
from domain.hub.users import HubUser, NewUser
from domain.permissions import OPERATOR
from domain.values import Refused
from starter.answers.users import ListedUser, SignInAnswer, UserChangeAnswer, UserListAnswer, UserShowAnswer
from starter.console.exits import Exit, Stop, bad
from starter.console.models import valid
from starter.console.options import you
from starter.console.tables import NOTHING, facts_table, list_table
from starter.console.terminal import shown, terminal
from starter.reach import gate
from starter.reach.store import opened
from starter.service import env_file

COLUMNS: Final = ("user", "partner", "roles", "may sign in", "customers")


def add_user(user_id: str, given: Mapping[str, Any], by: str | None) -> None:
    """An operator, unless a partner is named."""
    said = {name: value for name, value in given.items() if value}
    said.setdefault("name", user_id)
    if "partner_id" not in said:
        said.setdefault("roles", [OPERATOR])
    new = valid(NewUser, {"user_id": user_id} | said)
    with _store() as store:
        added = store.add_hub_user(new, by or you(), _now())
    _say("added" if added else "unchanged", user_id)


def change_user(
    user_id: str, given: Mapping[str, Any], by: str | None, *, activate: bool, deactivate: bool, last: bool
) -> None:
    """Checked as a new one with all of it would be."""
    changes = {name: value for name, value in given.items() if value}
    if activate and deactivate:
        raise bad("say one of --activate and --deactivate", "--activate")
    if not changes and not (activate or deactivate):
        raise bad("say what to change: --role, --name, --email, --language, --zone, --activate or --deactivate")
    with _store() as store:
        known = store.hub_user(user_id)
        checked = valid(NewUser, _as_new(known) | changes)
        said: dict[str, Any] = {name: getattr(checked, name) for name in changes}
        if activate or deactivate:
            said["active"] = activate
        changed = store.change_hub_user(user_id, by or you(), _now(), last=last, **said)
    _say("changed" if changed else "unchanged", user_id)


def _as_new(user: HubUser) -> dict[str, Any]:
    return {name: getattr(user, name) for name in NewUser.model_fields} | {"roles": list(user.roles)}


def remove_user(user_id: str, by: str | None, *, last: bool) -> None:
    """For good."""
    with _store() as store:
        store.remove_hub_user(user_id, by or you(), _now(), last=last)
    _say("removed", user_id)


def list_users(partner_id: str | None) -> None:
    """Ids and codes only."""
    with _store() as store:
        users = store.hub_users(partner_id) if partner_id else store.all_hub_users()
    listed = tuple(_listed(user) for user in users)
    if listed:
        terminal.say(list_table(COLUMNS, [_row(each) for each in listed], kept=2))
    else:
        terminal.say("No users: tenure user add")
    terminal.answer(UserListAnswer(users=listed))


def show_user(user_id: str) -> None:
    """With their name and address."""
    with _store() as store:
        user = store.hub_user(user_id)
    listed = _listed(user)
    terms = user.accepted_terms_at
    terminal.say(Text(shown(user.name), "bold"))
    facts = [
        *zip(COLUMNS, map(str, _row(listed)), strict=True),
        ("email", user.email or NOTHING),
        ("language", user.language.value),
        ("zone", user.zone),
        ("accepted the terms", f"{terms:%Y-%m-%d %H:%M} UTC" if terms else "not yet"),
    ]
    terminal.say(facts_table(facts))
    terminal.answer(
        UserShowAnswer(
            user=listed,
            name=user.name,
            email=user.email,
            language=user.language.value,
            zone=user.zone,
            accepted_terms_at=terms,
        )
    )


def sign_in_user(user_id: str) -> None:
    """For somebody who is active."""
    base = _where_pages_are()
    with _store() as store:
        if not store.hub_user(user_id).active:
            raise Stop(Exit.REFUSED, "may not sign in: tenure user change --activate", "USER")
        now = _now()
        url = base + sign_in_path(store, user_id, now)
    terminal.say(url)
    minutes = int(SIGN_IN_LINK_LIVES.total_seconds() // 60)
    if not terminal.for_machines:
        terminal.err.print(f"Works once, for {minutes} minutes. Whoever has it signs in as {user_id}.", style="dim")
    terminal.answer(SignInAnswer(user=user_id, url=url, ends_at=now + SIGN_IN_LINK_LIVES))


def _where_pages_are() -> str:
    """As the settings have it, or as the service wrote it down that keeps its store here."""
    settings = gate.settings()
    known = str(settings.web.url or "") or env_file.beside(settings.database_url).get(env_file.WEB, "")
    if not known:
        known = f"http://127.0.0.1:{settings.web.port}"
        terminal.warn(f"where the pages are, nobody has said: {known} is assumed (TENURE_WEB__URL)")
    return known.rstrip("/")


@contextmanager
def _store() -> Iterator[SqlStore]:
    """What the store refuses is said with its field."""
    with opened("written") as store:
        try:
            yield store
        except NotKnown as unknown:
            raise Stop(Exit.NOT_FOUND, unknown.problem.message, "USER") from None
        except Taken as taken:
            raise Stop(Exit.CONFLICT, taken.problem.message, taken.field or "") from None
        except Refused as refused:
            raise Stop(Exit.REFUSED, f"{refused.problem.message}; or --last", refused.field or "") from None


def _say(result: Any, user_id: str) -> None:
    terminal.say(f"{user_id}: {result}")
    terminal.answer(UserChangeAnswer(result=result, user=user_id))


def _listed(user: HubUser) -> ListedUser:
    return ListedUser(
        user=user.user_id,
        partner=user.partner_id,
        roles=user.roles,
        active=user.active,
        first_run=user.in_first_run,
        assigned=tuple(sorted(user.assigned)),
    )


def _row(user: ListedUser) -> list[str | Text]:
    state = "no" if not user.active else "first run" if user.first_run else "yes"
    return [user.user, user.partner or NOTHING, ", ".join(user.roles), state, ", ".join(user.assigned) or NOTHING]


def _now() -> datetime:
    return datetime.now(UTC)
