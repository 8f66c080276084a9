"""The pages say what the code says: tables, diagrams, commands, messages, links."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from temporalio import workflow

from adapters.setting_groups import Web
from adapters.settings import Settings
from domain.case.policy import CasePolicy
from domain.compliance.policy import CompliancePolicy
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, examples_of, mail_kinds
from domain.mails import Role
from domain.option.policy import OptionPolicy
from domain.order.mails import OrderMail
from domain.order.policy import OrderPolicy
from domain.order.states import NEXT, Stage
from domain.placeholder import offered
from domain.subscription.policy import SubscriptionPolicy
from domain.subscription.states import SubscriptionStage
from domain.wholesale.policy import WholesalePolicy
from starter.__main__ import commands as all_commands
from starter.console.exits import Exit
from starter.service.service import Ports
from tests.makers import some
from tools import generated, markdown
from workflows import attributes
from workflows.registry import WORKFLOWS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in generated.PAGES]
PROSE = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
GUIDES = [*(ROOT / "docs").glob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVERYTHING = "\n".join([README, *(page.read_text(encoding="utf-8") for page in GUIDES)])
"""The README and the pages it leads to."""


def names(path: Path) -> str:
    """As people write it."""
    return path.relative_to(ROOT).as_posix()


def block(name: str) -> str:
    """What stands in the pages now."""
    return EVERYTHING.split(f"<!-- generated: {name} -->\n")[1].split("<!-- end -->")[0]


# What is written from the code.


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_a_page_says_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert markdown.rewritten(text, generated.block) == text, "python -m tools.generated --write"


def blocks() -> Iterator[Any]:
    """Every block of every page."""
    for page in PAGES:
        for found in markdown.BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield pytest.param(found[0], id=f"{page.name}-{found['name']}")


@pytest.mark.parametrize("text", list(blocks()))
def test_a_block_somebody_changed_by_hand_is_seen_and_written_anew(text: str) -> None:
    head, *lines, last, end = text.splitlines()
    without_a_line = "\n".join([head, *lines, end])
    with_another = "\n".join([head, *lines, f"{last} and more", end])
    assert lines
    for changed in (without_a_line, with_another):
        assert markdown.rewritten(changed, generated.block) != changed
        assert markdown.rewritten(changed, generated.block) == text


def test_what_the_code_says_anew_is_missing_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that is left by another way, a default that moved, a mail that has a new reader: all seen."""
    table: dict[Any, Stage] = NEXT
    monkeypatch.setitem(table, (Stage.PROVISIONING, "order.site_lost"), Stage.AWAITING_DETAILS)
    assert "PROVISIONING --> AWAITING_DETAILS: site lost" in generated.block("lifecycles")
    monkeypatch.setattr(OrderPolicy.model_fields["hold_overdue"], "default", 6)
    assert generated.block("policy") != block("policy").rstrip("\n")
    monkeypatch.setattr(OrderMail.WELCOME, "reader", Role.FACING_PARTNER)
    assert generated.block("mails") != block("mails").rstrip("\n")


def test_a_block_nobody_writes_is_an_error() -> None:
    with pytest.raises(generated.NoSuchBlock, match="weather"):
        markdown.rewritten("<!-- generated: weather -->\n<!-- end -->", generated.block)


def test_the_diagram_has_every_stage_and_every_move() -> None:
    drawn = re.findall(r"^    (\w+) --> (\w+): (.+)$", block("lifecycles").split("**Subscription**")[0], re.MULTILINE)
    moves = {(start, label, end) for start, end, labels in drawn for label in labels.split(", ")}
    assert moves == {(start.name, event[6:].replace("_", " "), end.name) for (start, event), end in NEXT.items()}
    for stage in (*Stage, *SubscriptionStage):
        assert f'state "{stage}" as {stage.name}' in block("lifecycles")


def test_the_subscription_s_moves_are_those_of_the_rules() -> None:
    """REN-08, AMB-42; written down a second time."""
    drawn = block("lifecycles").split("**Subscription**")[1].split("```")[1]
    assert set(re.findall(r"(\w+) --> (\w+): (.+)", drawn)) == {
        ("ACTIVE", "SUSPENDED", "suspended"),
        ("SUSPENDED", "SUSPENDED", "reason added, reason lifted"),
        ("SUSPENDED", "ACTIVE", "suspension lifted"),
        ("ACTIVE", "TERMINATED", "terminated"),
        ("SUSPENDED", "TERMINATED", "terminated"),
    }


@pytest.mark.parametrize(
    "policy", [OrderPolicy, SubscriptionPolicy, OptionPolicy, CasePolicy, WholesalePolicy, CompliancePolicy]
)
def test_the_policy_table_has_every_term_with_a_meaning(policy: Any) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) \| (.+?) \|$", block("policy"), re.MULTILINE)
    assert set(policy.model_fields) <= {name for name, *_ in rows}
    assert all(default.strip() and meaning.strip() for _, default, _, meaning in rows)


def test_durations_are_told_in_the_unit_they_are_written_in() -> None:
    assert "| `password_link_life` | 72 hours | ORD-22 |" in block("policy")
    assert "| `renewal_notices` | 90 days, 60 days, 30 days | ORD-31, REN-07 |" in block("policy")
    assert "| `notices_at` | 09:00 | AMB-39 |" in block("policy")
    assert "| `contacts` | at once, 3 days, 7 days | WHS-26, AMB-30 |" in generated.block("policy")
    assert "| `first_response` | warn after 1 hour, breach after 3 hours | SUP-20, AMB-34 |" in block("policy")


def test_the_mail_table_has_every_mail_and_the_welcome_goes_to_the_site_administrator() -> None:
    """ORD-23."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", block("mails"), re.MULTILINE))
    assert list(rows) == [str(kind) for kind in mail_kinds()]
    assert rows["welcome"] == "site administrator of the Provisioning form"
    assert rows["sla_warning"] == "agent, else duty manager"


def test_every_search_attribute_has_a_list_and_every_exit_code_a_meaning() -> None:
    assert re.findall(r"^\| `(\w+)`", block("search"), re.MULTILINE) == [key.name for key in attributes.ALL]
    assert re.findall(r"^\| (\d+) ", block("exits"), re.MULTILINE) == [str(code.value) for code in Exit]


# What is written by hand.


def commands(text: str) -> Iterator[list[str]]:
    """Every `tenure …` in a code block."""
    for _, code in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in code.splitlines():
            if line.removeprefix("$ ").startswith("tenure "):
                yield shlex.split(line.removeprefix("$ "))[1:]


def test_every_command_that_is_shown_exists_with_its_options() -> None:
    shown = list(commands(EVERYTHING))
    assert len(shown) > 10
    for words in shown:
        command: Any = all_commands()
        while isinstance(command, click.Group) or hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        known = {"--json", *(name for parameter in command.params for name in parameter.opts)}
        assert {word for word in words if word.startswith("-") and len(word) > 1} <= known, words


def test_the_messages_of_the_web_ui_s_page_are_those_it_offers() -> None:
    """Nobody finds a made-up fact there."""
    rows = re.findall(
        r"^\| `(\w+)` \| `(\{.+\})` \|$", (ROOT / "docs/web-ui.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    (order, *_) = WORKFLOWS
    updates: Mapping[str | None, Any] = workflow._Definition.must_from_class(order).updates
    assert len(rows) > 3
    for name, text in rows:
        (model,) = updates[name].arg_types
        shown = json.loads(text)
        example = examples_of(KINDS[Lifecycle.ORDER])[name]
        assert type(example) is model
        assert shown == offered(example, shown.keys() & {"mail", "terms"})


def test_every_policy_that_is_shown_is_valid() -> None:
    shown = re.findall(r'`"policy": (\{.+?\})`', EVERYTHING)
    models = []
    for text in shown:
        (model,) = (each for each in POLICIES if json.loads(text).keys() <= each.model_fields.keys())
        assert model.model_validate_json(text) != model()
        models.append(model)
    assert set(models) == set(POLICIES)


POLICIES: tuple[Any, ...] = (OrderPolicy, OptionPolicy, CasePolicy, WholesalePolicy)
"""Of lifecycles that may bring terms of their own, as the pages say."""


def test_every_link_leads_somewhere() -> None:
    links = [
        (page, target)
        for page in PROSE
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"(https?|mailto):", target)
    ]
    assert len(links) > 20
    assert not [(names(page), target) for page, target in links if not (page.parent / target).exists()]


def test_every_file_the_readme_names_is_there() -> None:
    for name in some(re.findall(r"(?:examples|docs|adapters)/[\w./-]+", README)):
        assert (ROOT / name.rstrip(".")).exists(), name


def test_ports_queue_and_directories_are_the_ones_the_service_has() -> None:
    defaults = Ports()
    up: Any = all_commands()
    directories = {name: _default(up.commands[name], "directory") for name in ("up", "demo")}
    assert directories == {"up": Path(".tenure"), "demo": Path(".tenure-demo")}
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", README)) == {str(defaults.temporal), str(defaults.ui), str(Web().port)}
    assert set(re.findall(r"taskQueue=(\w+)", EVERYTHING)) == {Settings.model_fields["task_queue"].default}
    assert "`.tenure/tenure.db`" in EVERYTHING
    assert str(Settings.model_fields["retention"].default.days) in EVERYTHING


def _default(command: Any, option: str) -> Any:
    return next(Path(parameter.default) for parameter in command.params if parameter.name == option)


def test_nothing_is_promised_exactly_once_without_unless() -> None:
    for page in some(PROSE):
        for sentence in re.split(r"(?<=[.:]) |\n\n", page.read_text(encoding="utf-8")):
            assert "exactly once" not in sentence.lower() or "unless" in sentence.lower(), (names(page), sentence)


def test_the_readme_is_short_and_begins_with_a_picture_and_the_demo() -> None:
    lines = README.splitlines()
    assert len(lines) < 130
    assert any(line.startswith("![") for line in lines[:25])
    assert "make demo" in lines[:25]


# Decisions.

DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=names)
def test_a_decision_has_its_context_and_its_consequences_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {int(path.name[:4])}\. [A-Z].+\n", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60
