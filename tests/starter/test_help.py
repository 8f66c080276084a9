"""Help teaches, is fast, and tells the exit codes; wrong usage is told in a line."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from adapters.sql.migrate import migrate
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.operator import SettleMail
from domain.order.messages import Terms
from domain.values import Source
from starter.__main__ import commands
from starter.answers.catalogue import command_of
from starter.console.exits import MEANING, Exit
from starter.console.terminal import terminal
from tests.makers import some
from tests.starter.conftest import Tenure, leaves
from tests.support.one_item import in_one_item

COMMANDS = dict(leaves(commands()))


@in_one_item("words", COMMANDS)
def test_every_command_shows_how_it_is_used_and_nothing_is_cut_on_a_terminal_of_eighty_columns(
    words: tuple[str, ...], tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answered = tenure(*words, "--help")

    assert answered.code == 0
    assert f"\n tenure {' '.join(words)}" in answered.out.partition("Example")[2]
    assert "-o json|yaml" in answered.out
    assert not re.search(r"<(?:bool|str|path|int|float)|Value error", answered.out)
    assert max(map(len, answered.out.splitlines())) <= 80
    assert " None" not in answered.out
    assert not re.search(r"\w…\s", answered.out)
    paragraphs = (paragraph.splitlines() for paragraph in (COMMANDS[words].help or "").split("\n\n"))
    broken_by_hand = [lines for lines in paragraphs if len(lines) > 1]
    assert max((len(line) for lines in broken_by_hand for line in lines), default=0) <= 78


@in_one_item("words", COMMANDS)
def test_every_option_says_what_it_is(words: tuple[str, ...]) -> None:
    assert [option.name for option in COMMANDS[words].params if not getattr(option, "help", None)] == []


def test_what_a_lifecycle_never_has_is_said_and_needs_no_example(tenure: Tenure) -> None:
    told = tenure("trial", "acknowledge", "--help").out

    assert "Trials have none: this is always refused." in told
    assert "tenure trial acknowledge T-1001 --alert ALERT" in told


@in_one_item(
    ("lifecycle", "update"), [(lifecycle, update) for lifecycle, kind in KINDS.items() for update in updates_of(kind)]
)
def test_every_update_has_its_command_with_the_options_all_of_them_have(lifecycle: Lifecycle, update: str) -> None:
    group, name, *_ = command_of(lifecycle, update).split()
    taken = [option.name for option in COMMANDS[group, name].params]

    assert taken[0] == "id_"
    assert set(taken[-5:-2]) == {"by", "reason", "source"}
    assert taken[-2:] == ["message", "update_id"]


def test_every_exit_code_is_told_and_has_one_home(tenure: Tenure) -> None:
    told = tenure("--help").out

    assert set(MEANING) == set(Exit)
    for exit_, meaning in MEANING.items():
        assert f"{exit_.value:<3}  {meaning}" in told
    assert [exit_.value for exit_ in Exit] == [0, 1, 2, 3, 4, 5, 6, 7, 130]


def test_help_names_every_choice(tenure: Tenure) -> None:
    accept, settle = tenure("order", "accept-terms", "--help").out, tenure("order", "settle-mail", "--help").out

    assert all(terms in accept for terms in some(Terms))
    assert all(source in accept for source in some(Source) if source is not Source.TIMER)
    outcomes = SettleMail.model_json_schema()["properties"]["outcome"]["enum"]
    assert all(outcome in settle for outcome in some(outcomes))


WRONG = {
    "no such command": (("order", "cancl"), "Did you mean 'cancel'?"),
    "no such group": (("ordre",), "No such command 'ordre'"),
    "no such option": (("order", "show", "SO-100", "--josn"), "No such option"),
    "no ID": (("order", "show"), "Missing argument 'ID'"),
    "an output that is none": (("order", "list", "-o", "xml"), "'xml' is not one of 'table', 'json', 'yaml'. Try"),
    "a number of lines that is none": (("order", "list", "--limit", "many"), "'--limit': must be a whole number. Try"),
    "too few lines": (("mail", "list", "--limit", "0"), "'--limit': must be at least 1. Try"),
    "a state of mails that is none": (("mail", "list", "--state", "lost"), "'lost' is not one of 'pending'"),
    "a mail that is none": (("mail", "list", "--kind", "hello"), "--kind: is no kind of mail"),
    "a value left out": (("order", "cancel", "SO-100", "--reason"), "--reason"),
    "a policy that is none": (("order", "import", "x.csv", "--error-policy", "ignore"), "--error-policy"),
    "a number that is none": (("forward", "SO-100", "--days", "many"), "--days"),
    "backwards": (("forward", "SO-100", "--days", "-1"), "--days"),
    "nowhere": (("forward", "SO-100"), "--days: say how far"),
    "a date that is none": (("order", "list", "--due-before", "soon"), "--due-before: must be a date"),
    "a stage that is none": (("order", "list", "--stage", "hold"), "--stage: must be one of"),
    "a schema almost": (("schema", "order.strat"), 'NAME: is not known, did you mean "order.start"?'),
    "a schema that is none": (("schema", "pay"), "NAME: is not known; tenure schema lists them all"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_told_in_a_line(words: tuple[str, ...], said: str, tenure: Tenure) -> None:
    answered = tenure(*words)

    assert answered.code == 2
    assert said in answered.err
    assert len(answered.err.splitlines()) == 1
    assert tenure(*words, "--json").error["code"] == "bad_input"


def test_a_wrong_setting_is_named(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_TASK_QUEU", "x")

    answered = tenure("order", "list")

    assert answered.code == 2
    assert "TENURE_TASK_QUEU: is not a known setting" in answered.err


def test_an_error_that_nobody_reads_on_keeps_its_code(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(terminal, "stop", unread)

    assert tenure("order", "list", "--stage", "hold").code == Exit.BAD_INPUT


def test_no_words_at_all_are_answered_with_help(tenure: Tenure) -> None:
    answered = tenure()

    assert answered.code == 2
    assert "Usage: tenure" in answered.out + answered.err


def test_a_fault_is_told_without_its_text(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyError("Hanako Yamada")

    monkeypatch.setattr("starter.commands.schemas.schema", fails)

    answered = tenure("schema")

    assert answered.code == 1
    assert "a fault of Tenure: KeyError at test_help.py:" in answered.err
    assert "Hanako" not in answered.err
    assert "Hanako" in tenure("schema", "--traceback").err


def test_an_interrupt_is_told(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("starter.commands.schemas.schema", interrupted)

    answered = tenure("schema")

    assert (answered.code, answered.err) == (130, "Error: interrupted\n")


HEAVY = ("temporalio", "sqlalchemy", "jinja2", "holidays", "typst")


LOOKS = (
    ["--help"],
    ["order", "start", "--help"],
    ["order", "import", "examples/orders.csv", "--dry-run"],
    ["schema"],
)

FOUND = """
import sys
from starter.__main__ import main
for words in {looks}:
    assert main(words) == 0, words
    heavy = [name for name in {heavy} if name in sys.modules]
    assert not heavy, (words, heavy)
"""


def test_what_only_looks_imports_neither_temporal_nor_sql() -> None:
    """In a process of their own: this one has imported everything."""
    code, root = FOUND.format(looks=LOOKS, heavy=HEAVY), Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_to_open_a_store_in_a_file_imports_no_driver_of_postgresql_and_nothing_that_migrates(tmp_path: Path) -> None:
    """Twenty megabytes of every command and worker."""
    url, root = f"sqlite:///{tmp_path / 'tenure.db'}", Path(__file__).parents[2]
    migrate(url)
    opens = f"import sys\nfrom adapters.sql.store import open_store\nopen_store({url!r}).close()\n"
    code = f"{opens}assert not {{'psycopg', 'alembic'}} & set(sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_is_installed_under_its_name() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

    assert project["scripts"]["tenure"] == "starter.__main__:main"
