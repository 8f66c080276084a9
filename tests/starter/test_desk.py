"""The operators' desk: every link is one the server understands, every file one that can be pasted."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from docs import ui_examples
from domain.desk_examples import DESK_EXAMPLES
from domain.order.order import OrderLife
from domain.order.states import Stage
from domain.order.view import awaiting as order_awaiting
from domain.trial.states import TrialStage
from domain.trial.trial import TrialLife
from domain.trial.view import awaiting as trial_awaiting
from domain.view import Awaited
from starter.desk_links import STARTS, filters
from tests.makers import MONDAY, a_trial, an_order
from tests.starter.conftest import Tenure
from tests.starter.service import Service
from worker import STORIES

GUIDE = ui_examples.ROOT / "docs" / "operator-guide.md"

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("name", filters(NOW))
def test_the_server_understands_every_filter(name: str, service: Service) -> None:
    assert service.do(service.client.count_workflows(filters(NOW)[name])).count >= 0


def test_a_link_carries_its_query_and_a_form_its_fields(tenure: Tenure) -> None:
    answered = tenure("desk", "--ui", "https://ui.example.com/", "--namespace", "partner channel", "--json")

    assert answered.code == 0
    for link in answered.json["filters"]:
        parts = urlsplit(link["url"])
        assert (parts.netloc, parts.path) == ("ui.example.com", "/namespaces/partner%20channel/workflows")
        assert parse_qs(parts.query) == {"query": [link["query"]]}
    for link in answered.json["starts"]:
        fields = {"taskQueue": "tenure", "workflowType": link["workflow_type"], "workflowId": link["workflow_id"]}
        assert parse_qs(urlsplit(link["url"]).query) == {name: [value] for name, value in fields.items()}


def test_people_read_where_to_click_and_what_to_paste(tenure: Tenure) -> None:
    answered = tenure("desk")

    assert answered.code == 0
    assert "held without terms\n    http://127.0.0.1:8233/namespaces/default/workflows?query=" in answered.out
    assert "examples/ui/order.start.new.json" in answered.out


def test_the_week_begins_now() -> None:
    assert filters(NOW)["due this week"].startswith("TenureDue < '2026-06-08T03:00:00Z'")


def all_that_is_awaited() -> set[Awaited]:
    """From whom each lifecycle waits for what, in every stage."""
    order, trial = OrderLife.placed(an_order(), MONDAY), TrialLife.placed(a_trial(), MONDAY)
    order.required_terms = ("port",)
    found = {each for stage in Stage for each in order_awaiting(order.model_copy(update={"stage": stage}))}
    found |= {each for stage in TrialStage for each in trial_awaiting(trial.model_copy(update={"stage": stage}))}
    return found


def test_whoever_is_waited_for_has_a_list() -> None:
    for awaited in all_that_is_awaited():
        assert f"TenureWaitsFor = '{awaited.party}' AND ExecutionStatus = 'Running'" in filters(NOW).values(), awaited


def test_a_start_names_a_workflow_the_worker_knows_and_a_file_that_is_there() -> None:
    known = {ui_examples.FOLDER / f"{name}.json" for name in ui_examples.starts()}
    assert {ui_examples.FOLDER / file for *_, file in STARTS} == known
    assert {type_ for _, type_, _, _ in STARTS} <= {story.__name__ for story in STORIES}


def test_a_start_s_id_is_the_one_of_its_file() -> None:
    for _, type_, id_, file in STARTS:
        start = ui_examples.starts()[Path(file).stem]
        subject = getattr(start, "sales_order_number", None) or getattr(start, "trial_id", None)
        assert id_ == f"{type_.lower()}-{subject}"


@pytest.mark.parametrize("name", ui_examples.messages())
def test_a_file_to_paste_is_the_example(name: str) -> None:
    """`python docs/ui_examples.py --write` brings them up to date."""
    message = ui_examples.messages()[name]
    found = (ui_examples.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert found == ui_examples.written(message)
    assert type(message).model_validate_json(found) == message


def test_there_is_no_file_to_paste_that_is_none() -> None:
    assert {path.stem for path in ui_examples.FOLDER.iterdir()} == set(ui_examples.messages())


def test_the_guide_shows_every_picture_and_names_files_that_are_there() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    shown = set(re.findall(r"\(screenshots/([\w-]+\.png)\)", guide))
    assert shown == {path.name for path in (GUIDE.parent / "screenshots").iterdir()}
    for name in re.findall(r"`(?:examples/ui/)?((?:order|trial)[.\w]+\.json)`", guide):
        assert (ui_examples.FOLDER / name).is_file(), name


def test_the_guide_tells_every_list_and_every_operator_s_verb() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert all(f"`{verb}`" in guide for verb in DESK_EXAMPLES)
    assert all(name.removeprefix("awaiting ") in guide for name in filters(NOW))
