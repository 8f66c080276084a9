"""All that would be refused about a wholesale customer, and what would follow, without a start. WHS-01, Form G."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from adapters.setting_groups import ScreeningService
from adapters.settings import Settings
from adapters.sql.store import SqlStore
from adapters.temporal.phrases import Wrong
from domain.compliance.standing import NAME as COMPLIANCE
from domain.reasons import Problem, Reason
from domain.values import Refused
from domain.wholesale.checks import check_id
from domain.wholesale.dial_in import DialIn, dial_in
from domain.wholesale.messages import OnboardCustomer, against_form_g
from domain.wholesale.standing import NAME as WHOLESALE
from starter.answers.wholesale import FirstCheck, PrecheckAnswer
from starter.console.exits import Exit, Stop, bad, bad_input
from starter.console.ids import Subject
from starter.console.models import document, judged
from starter.console.options import sender
from starter.console.tables import facts_table
from starter.console.terminal import terminal
from starter.intake.content import differing
from starter.reach.gate import settings
from starter.reach.records import Records

COUNTRY: Final = "billing_address.country"
ID: Final = "external_id"
FIRST: Final = 1
"""The number of a customer's first check."""


class Judged(NamedTuple):
    """One customer to be, and what is wrong with it."""

    start: OnboardCustomer | None
    problems: list[Problem]
    dial_in: DialIn | None


async def precheck(source: str, by: str | None) -> None:
    """Say it all; a Stop if it would be refused, or if nobody can say whether it would."""
    given = document(source)
    if not isinstance(given, dict):
        raise bad("must be one JSON object")
    installed, records = settings(), await Records.opened()
    try:
        found = judge(sender(by) | given, installed)
        taken = await _taken(records, given.get(ID), found.start)
        version = await records.ask(lambda store: store.current_version()) if _embedded(installed) else None
    finally:
        await asyncio.to_thread(records.close)
    if isinstance(taken, Problem):
        found.problems.append(taken)
    if records.problem and not found.problems:
        raise Stop(Exit.UNREACHABLE, f"store: {records.problem}: nobody can say whether the id is free")
    if records.problem:
        terminal.warn(f"whether the id is free was not asked: {records.problem}")
    _say(answer_of(found, version or None, already=taken is True), installed)


def judge(given: dict[str, Any], installed: Settings) -> Judged:
    """As its workflow and its first activity judge it, but all at once; also the parts of one that does not read."""
    read = judged(OnboardCustomer, given)
    problems = list(read.problems) if isinstance(read, Wrong) else []
    named = {problem.field for problem in problems}
    beyond = [*_against_form_g(given), *_not_in_catalogue(given, installed)]
    located: DialIn | None = None
    try:
        located = _located(given, installed)
    except Refused as refused:
        beyond.append(refused.problem)
    problems += [problem for problem in beyond if problem.field not in named]
    return Judged(None if isinstance(read, Wrong) else read, problems, located)


def _against_form_g(given: dict[str, Any]) -> Iterator[Problem]:
    """Each of them: a start says the first, and none while some field does not read."""
    name, created_with = given.get("name"), given.get("organization_package")
    packages = _names(given.get("packages"))
    if not isinstance(created_with, str | None) or not packages:
        return
    for field, wrong in against_form_g(name if isinstance(name, str) else "", packages, created_with):
        yield Problem.of(Reason.CONTRADICTION, wrong, field)


def _not_in_catalogue(given: dict[str, Any], installed: Settings) -> Iterator[Problem]:
    """Each package and add-on by itself: the workflow stops at the first. WHS-10, WHS-13, AMB-28."""
    catalogue = installed.wholesale.catalogue
    packages, add_ons = _names(given.get("packages")), _names(given.get("add_ons"))
    known = {name: 1 for name in packages if name in catalogue.levels}
    alone = [*(({name: 1}, {}) for name in packages), *((known, {name: 1}) for name in add_ons)]
    for some_packages, some_add_ons in alone:
        try:
            catalogue.refuse_unknown(some_packages, some_add_ons)
        except Refused as refused:
            yield refused.problem


def _names(given: Any) -> list[str]:
    return [name for name in given if isinstance(name, str)] if isinstance(given, dict) else []


def _located(given: dict[str, Any], installed: Settings) -> DialIn | None:
    """Raises Refused on the country."""
    address = given.get("billing_address")
    country = address.get("country") if isinstance(address, dict) else None
    if not isinstance(country, str):
        return None
    group = installed.wholesale
    return dial_in(country.strip().upper(), group.locations, group.telephony)


async def _taken(records: Records, id_: Any, start: OnboardCustomer | None) -> Problem | bool:
    """True: this very customer was onboarded before, and a start would change nothing. R9."""
    if not isinstance(id_, str):
        return False

    def asked(store: SqlStore) -> tuple[str, Any]:
        subject = Subject(WHOLESALE, id_.strip())
        return store.columns(*subject).stage, store.start_as_given(*subject)

    if (known := await records.ask(asked)) is None:
        return False
    stage, placed = known
    fields = differing(start, placed) if start and placed is not None else []
    if start and placed is not None and not fields:
        return True
    also = f", with other {', '.join(fields)}" if fields else ""
    return Problem.of(Reason.ID_TAKEN, f"belongs to another customer{also}; that one is {stage} (R9)", ID)


def answer_of(found: Judged, list_version: str | None, *, already: bool) -> PrecheckAnswer:
    """What there is to say."""
    start, refused = found.start, bool(found.problems)
    id_ = start.external_id if start else None
    follows = start if not refused else None
    return PrecheckAnswer(
        result="refused" if refused else "already_started" if already else "valid",
        lifecycle=WHOLESALE,
        id=id_,
        workflow_id=Subject(WHOLESALE, id_).workflow_id if id_ else None,
        problems=tuple(found.problems),
        zone=(start.zone or start.partner.contact.zone) if start else None,
        dial_in=found.dial_in,
        created_with=follows.created_with if follows else None,
        packages=follows.packages if follows else {},
        add_ons=follows.add_ons if follows else {},
        own_organization=bool(start and start.own_organization),
        first_check=_first_check(follows, list_version) if follows and not already else None,
    )


def _first_check(start: OnboardCustomer, list_version: str | None) -> FirstCheck:
    id_ = check_id(start.external_id, FIRST)
    return FirstCheck(id=id_, workflow_id=Subject(COMPLIANCE, id_).workflow_id, list_version=list_version)


def _say(answer: PrecheckAnswer, installed: Settings) -> None:
    if answer.first_check and not answer.first_check.list_version and _embedded(installed):
        terminal.warn("no list was imported yet, so its check would wait for one: tenure screening import FILE")
    if answer.problems:
        terminal.answer(answer)
        found = [(problem.field or "", problem.message) for problem in answer.problems]
        raise bad_input(found, answer.problems)
    said = f"Wholesale customer {answer.id} would run as {answer.workflow_id}."
    if answer.result == "already_started":
        said = f"{answer.workflow_id} was started with the same content: a start would change nothing."
    terminal.say(f"Valid; nothing was touched. {said}")
    terminal.say(facts_table(_facts(answer)))
    terminal.answer(answer)


def _embedded(installed: Settings) -> bool:
    return installed.screening.service is ScreeningService.EMBEDDED


def _facts(answer: PrecheckAnswer) -> Iterator[tuple[str, str]]:
    if (located := answer.dial_in) is not None:
        yield "organization country", located.country
        yield "location", located.location
        yield "default call-in", f"{located.number or located.code}: {located.because}"
    yield "packages", _quantities(answer.packages)
    yield "add-ons", _quantities(answer.add_ons)
    yield "administrators", f"at least the level of {answer.created_with} (WHS-05)"
    yield "zone of its days", answer.zone or ""
    if answer.own_organization:
        yield "own organization", "shown in lists, without effect (WHS-07)"
    if (check := answer.first_check) is not None:
        by = f" by {check.list_version}" if check.list_version else ""
        yield "screened", f"{check.workflow_id}{by}, beside the provisioning (WHS-22)"


def _quantities(given: dict[str, int]) -> str:
    return ", ".join(f"{name} {most:,}" for name, most in given.items()) or "none"
