"""`tenure recompute`: many lives take today's rules, shown first, and nothing moves twice. ADR 5."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import typer

from adapters import calendars
from domain.lifecycle import Lifecycle
from starter.console.exits import Exit
from tests.makers import a_customer, a_paid_customer_s_trial
from tests.starter.conftest import Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.support.embedded import Background
from tests.zones import changed

ZONE = "Atlantic/Reykjavik"
"""Without summer time until somebody proclaims it."""

REASON = ("--reason", "summer time was brought in")


@pytest.fixture
def trials(service: Background, tenure: Tenure, tmp_path: Path) -> list[str]:
    """Two in use, of customers in Iceland."""
    mark = uuid4().hex[:8]
    ids = [f"T-{mark}-{number}" for number in (1, 2)]
    for id_ in ids:
        wanted = a_paid_customer_s_trial(id_, customer=a_customer(id=f"customer-{id_}", zone=ZONE), days=300)
        assert tenure("trial", "start", saved(tmp_path, wanted)).code == 0
    for id_ in ids:
        eventually(partial(facts, tenure, id_), lambda state: state["stage"] == "trialing")
    eventually(lambda: asked(tenure, ids, "--dry-run").json["asked"] == 2, bool)
    return ids


@pytest.fixture
def proclaimed(trials: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """After they began: an hour ahead for good."""
    rules, known = changed(ZONE, datetime.now(UTC) + timedelta(days=1), "<+01>-1"), calendars._rules_of
    monkeypatch.setattr(calendars, "_rules_of", lambda name: rules if name == ZONE else known(name))


def asked(tenure: Tenure, ids: list[str], *words: str) -> Any:
    query = " OR ".join(f"WorkflowId = 'trial-{id_}'" for id_ in ids)
    return tenure("recompute", "--query", query, *words, "--json")


def facts(tenure: Tenure, id_: str) -> Any:
    return tenure("trial", "show", id_, "--json").json["state"]


def dates(tenure: Tenure, ids: list[str]) -> dict[str, list[str]]:
    return {id_: [deadline["at"] for deadline in facts(tenure, id_)["deadlines"]] for id_ in ids}


def events(service: Background, id_: str) -> list[str]:
    return [event.type for event in service.store.events(Lifecycle.TRIAL, id_)]


@pytest.mark.usefixtures("proclaimed")
def test_a_dry_run_shows_old_and_new_dates_and_changes_nothing(
    service: Background, tenure: Tenure, trials: list[str]
) -> None:
    before, known = dates(tenure, trials), events(service, trials[0])
    answered = asked(tenure, trials, "--dry-run")
    assert (answered.code, answered.json["dry_run"]) == (0, True)
    assert (answered.json["asked"], answered.json["with_moved_dates"], answered.json["failed"]) == (2, 2, 0)
    for state in answered.json["lives"]:
        for moved in state["moved"]:
            was, at = map(datetime.fromisoformat, (moved["was"], moved["at"]))
            assert was - at == timedelta(hours=1)
    assert dates(tenure, trials) == before
    assert events(service, trials[0]) == known


@pytest.mark.usefixtures("proclaimed")
def test_all_that_fit_take_the_rules_and_a_repeat_moves_nothing(
    service: Background, tenure: Tenure, trials: list[str]
) -> None:
    before = dates(tenure, trials)
    first = asked(tenure, trials, "--yes", "--by", "ops-7", *REASON)
    assert (first.code, first.json["with_moved_dates"], first.json["dry_run"]) == (0, 2, False)
    after = dates(tenure, trials)
    assert all(after[id_] != before[id_] for id_ in trials)
    noted = eventually(lambda: events(service, trials[0]), lambda found: "deadline.recomputed" in found)
    event = next(each for each in service.store.events(Lifecycle.TRIAL, trials[0]) if each.actor == "ops-7")
    assert (event.type, event.reason) == ("trial.dates_recomputed", "summer time was brought in")
    again = asked(tenure, trials, "--yes", *REASON)
    assert (again.code, again.json["asked"], again.json["with_moved_dates"], again.json["lives"]) == (0, 2, 0, [])
    assert dates(tenure, trials) == after
    assert events(service, trials[0]) == noted


@pytest.mark.usefixtures("proclaimed")
def test_people_see_what_would_move_and_are_asked(
    tenure: Tenure, trials: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dates(tenure, trials)
    asked_for: list[str] = []
    monkeypatch.setattr(typer, "confirm", answering(asked_for, yes=False))
    query = f"WorkflowId = 'trial-{trials[0]}'"
    refused = tenure("recompute", "--query", query, *REASON)
    assert refused.code == Exit.INTERRUPTED
    assert asked_for == ["Let 1 take today's rules?"]
    assert f"trial-{trials[0]}: " in refused.out
    assert " → " in refused.out
    assert refused.out.endswith("1 asked, dates of 1 would move\n")
    assert dates(tenure, trials) == before
    monkeypatch.setattr(typer, "confirm", answering(asked_for, yes=True))
    agreed = tenure("recompute", "--query", query, *REASON)
    assert agreed.code == 0
    assert agreed.out.endswith("1 asked, dates of 1 moved\n")
    assert dates(tenure, trials)[trials[0]] != before[trials[0]]
    assert dates(tenure, trials)[trials[1]] == before[trials[1]], "it did not fit"


def answering(asked_for: list[str], *, yes: bool) -> Callable[..., None]:
    def confirm(text: str, **_options: Any) -> None:
        asked_for.append(text)
        if not yes:
            raise typer.Abort

    return confirm


def test_one_that_cannot_is_named_and_the_others_go_on(
    service: Background, tenure: Tenure, trials: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_name: str) -> Any:
        raise calendars.NoSuchZone

    monkeypatch.setattr(calendars, "_rules_of", unknown)
    answered = asked(tenure, trials, "--yes", *REASON)
    assert answered.code == Exit.REFUSED
    assert (answered.json["failed"], answered.json["lives"][0]["problem_code"]) == (2, "refused")
    assert answered.json["lives"][0]["problem"].startswith("zone: must be an IANA time zone")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--query", "WorkflowType = 'Trial'"), "--reason"),
        (("--query", "WorkflowType = 'Trial'", "--json", *REASON), "--yes"),
    ],
)
def test_what_is_missing_is_said_before_anybody_is_asked(tenure: Tenure, words: tuple[str, ...], field: str) -> None:
    answered = tenure("recompute", *words, *([] if "--json" in words else ["--json"]))
    assert (answered.code, answered.error["field"]) == (Exit.BAD_INPUT, field)


def test_a_filter_that_finds_nothing_is_said(service: Background, tenure: Tenure) -> None:
    answered = tenure("recompute", "--query", "TenureStage = 'Held'", "--dry-run", "--json")
    assert (answered.code, answered.error["field"]) == (Exit.NOT_FOUND, "--query")


def test_a_filter_that_is_none_is_said(service: Background, tenure: Tenure) -> None:
    answered = tenure("recompute", "--query", "no filter at all", "--dry-run", "--json")
    assert (answered.code, answered.error["field"]) == (Exit.BAD_INPUT, "--query")


def test_one_life_alone(service: Background, tenure: Tenure, trials: list[str], proclaimed: None) -> None:
    before = dates(tenure, trials)
    shown = tenure("trial", "recompute-dates", trials[0], *REASON, "--dry-run", "--json")
    assert shown.code == 0
    assert any(deadline["was"] for deadline in shown.json["state"]["deadlines"])
    assert dates(tenure, trials) == before
    assert tenure("trial", "recompute-dates", trials[0], *REASON).code == 0
    assert dates(tenure, trials)[trials[0]] != before[trials[0]]
