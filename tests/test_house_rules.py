"""How this house is built: rules every file keeps, and proof for each gate that it can fail."""

import ast
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError
from temporalio import workflow

from domain.device.states import DeviceEvent
from domain.lifecycle import LifecycleState
from domain.lifecycles import KINDS, mail_kinds
from domain.order.states import OrderEvent
from domain.placeholder import PLACEHOLDER
from domain.subscription.states import SubscriptionEvent
from domain.trial.states import TrialEvent
from domain.values import Message
from tests.makers import some
from workflows.registry import BESIDE, WORKFLOWS
from workflows.unknown import UnknownWorkflow

ROOT = Path(__file__).parents[1]
PURE = ("domain", "workflows", "activities")
PRODUCT = (*PURE, "adapters", "starter", "web")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

Offences = list[str]
"""Where a rule is broken, as `file:line what`; empty when it is kept."""


def files(*rooms: str) -> list[Path]:
    """The Python files of some rooms, the worker with the product."""
    found = sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return [*found, ROOT / "worker.py"] if rooms == PRODUCT else found


@cache
def text_of(path: Path) -> str:
    """Read once."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """Parsed once."""
    return ast.parse(text_of(path))


def name_of(path: Path) -> str:
    """As people write it."""
    return path.relative_to(ROOT).as_posix()


def offences(gate: Callable[[ast.Module], Iterator[tuple[int, str]]], paths: Sequence[Path]) -> Offences:
    """What one gate finds in many files."""
    assert paths, "no files: the gate would judge nothing"
    return [f"{name_of(path)}:{line} {what}" for path in paths for line, what in gate(tree_of(path))]


def found_in(gate: Callable[[ast.Module], Iterator[tuple[int, str]]], snippet: str) -> list[str]:
    """What one gate says about a few lines."""
    return [what for _, what in gate(ast.parse(snippet))]


# Imports go one way.


def lint_imports(directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as `make check` runs it."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    settings = os.environ | environment
    return subprocess.run(command, cwd=directory, env=settings, capture_output=True, text=True, check=False)


def test_the_import_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_broken_contract_is_seen(tmp_path: Path) -> None:
    (tmp_path / "pure").mkdir()
    (tmp_path / "pure" / "__init__.py").write_text("import sqlite3\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = pure\ninclude_external_packages = True\n"
        "[importlinter:contract:1]\nname = pure\ntype = forbidden\nsource_modules = pure\nforbidden_modules = sqlite3\n"
    )
    result = lint_imports(tmp_path, PYTHONPATH=str(tmp_path))
    assert "pure is not allowed to import sqlite3" in result.stdout, result.stdout + result.stderr


# A number has one home: days, weeks and hours in policy.py, seconds where the machinery is.

LONG = frozenset({"days", "weeks", "hours"})
SHORT = frozenset({"minutes", "seconds", "milliseconds", "microseconds"})

TECHNICAL = {
    "workflows/steps.py": "time-outs, attempts and a calendar's margin",
    "adapters/settings.py": "how long a namespace remembers, and what a setting accepts",
    "domain/operator_examples.py": "examples are no terms",
    "domain/trial/examples.py": "likewise",
    "starter/commands/desk.py": "how far ahead a list of the desk looks",
    "adapters/temporal/clock.py": "how far a test clock goes in one move",
}
"""Files that may hold durations and are no policy, with the reason."""


def literal_durations(units: frozenset[str], *but: int) -> Callable[[ast.Module], Iterator[tuple[int, str]]]:
    """Numbers written as a duration in one of the units; nought is none, and some others may be allowed."""

    def gate(tree: ast.Module) -> Iterator[tuple[int, str]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for unit, value in _arguments(node):
                    if unit in units and _numbers(value) - {0, *but}:
                        yield node.lineno, ast.unparse(node)

    return gate


def _arguments(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    if ast.unparse(call.func).rpartition(".")[2] == "timedelta":
        yield from zip(("days", "seconds", "microseconds", "milliseconds", "minutes", "hours"), call.args, strict=False)
    for keyword in call.keywords:
        yield keyword.arg or "", keyword.value


def _numbers(value: ast.expr) -> set[object]:
    """The numbers of a calculation with nothing but numbers."""
    if any(isinstance(node, ast.Name | ast.Attribute | ast.Call) for node in ast.walk(value)):
        return set()
    constants = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return {constant for constant in constants if isinstance(constant, int | float)}


def homeless(gate: Callable[[ast.Module], Iterator[tuple[int, str]]], rooms: Sequence[str]) -> Offences:
    """Durations outside the files made for them."""
    allowed = [path for path in files(*rooms) if path.name != "policy.py" and name_of(path) not in TECHNICAL]
    return offences(gate, allowed)


def test_durations_of_the_business_stand_in_policy_and_technical_ones_in_steps() -> None:
    assert not homeless(literal_durations(LONG | SHORT), PURE)


def test_adapters_and_starter_know_seconds_and_minutes_only() -> None:
    """One day or one hour is a unit to reckon in, and no number of anybody's."""
    assert not homeless(literal_durations(LONG, 1), ("adapters", "starter"))


@pytest.mark.parametrize(
    "snippet",
    ["timedelta(days=3)", "timedelta(3)", "x = timedelta(hours=2 * 12)", "sleep(weeks=1)", "datetime.timedelta(0, 5)"],
)
def test_a_homeless_duration_is_seen(snippet: str) -> None:
    assert found_in(literal_durations(LONG | SHORT), snippet)


@pytest.mark.parametrize(
    "snippet", ["timedelta(0)", "timedelta(days=days)", "timedelta(days=policy.grace)", "f(days='1')"]
)
def test_what_is_no_literal_duration_is_left_alone(snippet: str) -> None:
    assert not found_in(literal_durations(LONG | SHORT), snippet)


# Time and chance are arguments.

CLOCKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|monotonic|sleep)|uuid\.uuid[14]|os\.urandom)$"
)
CHANCE = frozenset({"random", "secrets", "uuid", "time"})
"""Modules without use where nothing is left to chance and nobody looks at the clock."""


def clocks_and_chance(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Reads of the clock, and what comes out differently every time."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function) if CLOCKS.search(ast.unparse(function)):
                yield node.lineno, ast.unparse(node)
            case ast.Import(names=names) if CHANCE & {alias.name for alias in names}:
                yield node.lineno, ast.unparse(node)
            case ast.ImportFrom(module=str(module)) if module in CHANCE:
                yield node.lineno, ast.unparse(node)


def test_nobody_in_a_pure_room_reads_a_clock_or_throws_dice() -> None:
    assert not offences(clocks_and_chance, files(*PURE))


@pytest.mark.parametrize(
    "snippet",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "import random",
        "from uuid import uuid4",
        "from time import monotonic",
    ],
)
def test_a_clock_or_a_die_is_seen(snippet: str) -> None:
    assert found_in(clocks_and_chance, snippet)


def test_a_story_s_own_time_is_no_clock() -> None:
    assert not found_in(clocks_and_chance, "workflow.now()\nworkflow.uuid4()\nfrom datetime import time\nnow()")


# Small things.

LONGEST_FUNCTION, USUAL_FUNCTION, USUALLY = 45, 25, 0.9
LONGEST_FILE = 450

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[tuple[int, str, int]]:
    """Every function with the lines it takes, without its decorators."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node.lineno, node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def too_long(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Functions beyond the hard limit."""
    yield from ((line, f"{name} has {size} lines") for line, name, size in functions(tree) if size > LONGEST_FUNCTION)


def test_no_function_is_too_long() -> None:
    assert not offences(too_long, files(*PRODUCT))


def test_nine_functions_in_ten_are_short() -> None:
    sizes = [size for path in files(*PRODUCT) for *_, size in functions(tree_of(path))]
    short = sum(size <= USUAL_FUNCTION for size in sizes) / len(sizes)
    assert short >= USUALLY, f"{short:.0%} of {len(sizes)} functions have at most {USUAL_FUNCTION} lines"


def test_no_file_is_too_long() -> None:
    sizes = {name_of(path): len(text_of(path).splitlines()) for path in files(*PRODUCT)}
    assert not {name: size for name, size in sizes.items() if size > LONGEST_FILE}


def test_a_function_that_is_too_long_is_seen() -> None:
    assert found_in(too_long, "def run():\n" + "    x = 1\n" * LONGEST_FUNCTION)
    assert not found_in(too_long, "def run():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1))


# Words.


def undocumented(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Public classes and functions that don't say what they are for. A method may be said by its name."""
    for node in tree.body:
        if (
            isinstance(node, Function | ast.ClassDef)
            and not node.name.startswith("_")
            and not any(isinstance(way, ast.Name) and way.id == "overload" for way in node.decorator_list)
            and not ast.get_docstring(node)
        ):
            yield node.lineno, node.name


def test_everything_public_in_a_pure_room_says_what_it_is_for() -> None:
    assert not offences(undocumented, files(*PURE))


def test_a_missing_docstring_is_seen() -> None:
    assert found_in(undocumented, "class Order:\n    def place(self): ...\ndef place(): ...\ndef _at(): ...") == [
        "Order",
        "place",
    ]


def test_every_file_says_what_its_room_may_assume() -> None:
    silent = [name_of(path) for path in files(*PRODUCT) if not ast.get_docstring(tree_of(path))]
    assert not [name for name in silent if not name.endswith("__init__.py")]


HARMLESS = re.compile(r"repeat|idempotent|again|harmless", re.IGNORECASE)


def activities() -> dict[str, Any]:
    """Every activity method of the room."""
    modules = [
        importlib.import_module(f"activities.{path.stem}")
        for path in files("activities")
        if path.parent.name == "activities" and path.stem[0] != "_"
    ]
    classes = {cls for module in modules for cls in vars(module).values() if inspect.isclass(cls)}
    methods = {f"{cls.__name__}.{name}": method for cls in classes for name, method in vars(cls).items()}
    return {name: method for name, method in methods.items() if hasattr(method, "__temporal_activity_definition")}


@pytest.mark.parametrize("name", sorted(activities()))
def test_an_activity_says_what_makes_a_repeat_harmless(name: str) -> None:
    assert HARMLESS.search(activities()[name].__doc__ or "")


def test_no_activity_is_interrupted_in_its_thread() -> None:
    """What an exception from outside leaves half done (SQLAlchemy's mappers, an import) is broken for the process."""
    defined = {name: method.__temporal_activity_definition for name, method in activities().items()}
    in_threads = {name: known for name, known in defined.items() if not known.is_async}
    assert len(in_threads) > 10
    assert [name for name, known in in_threads.items() if not known.no_thread_cancel_exception] == []


# What people meet in the Web UI.

STORIES = {story.__name__: workflow._Definition.must_from_class(story) for story in WORKFLOWS}


def handlers() -> Iterator[tuple[str, Any]]:
    """Every update, query and signal."""
    for story, defined in STORIES.items():
        for kind in ("updates", "queries", "signals"):
            for name, handler in getattr(defined, kind).items():
                yield f"{story}.{name}", handler


def updates() -> Iterator[tuple[str, Any]]:
    """Every update."""
    for story, defined in STORIES.items():
        yield from ((f"{story}.{name}", update) for name, update in defined.updates.items())


def taken_by(definition: Any) -> list[Any]:
    """The types of what it is started with, or sent."""
    return list(definition.arg_types)


def example_in(description: str) -> str:
    """The JSON to paste, or what the file named holds."""
    shown = description.partition(" Example: ")[2]
    return (ROOT / shown).read_text(encoding="utf-8") if shown.startswith("examples/ui/") else shown


def test_every_handler_says_what_it_does() -> None:
    assert not [name for name, handler in some(handlers()) if not re.match(r"[A-Z].{9,}", handler.description or "")]


def test_every_update_takes_one_message_checks_it_first_and_shows_one_to_fill_in() -> None:
    for name, update in some(updates()):
        (model,) = taken_by(update)
        assert issubclass(model, Message), name
        assert model.external, name
        assert update.validator is not None, name
        if example := example_in(update.description):
            assert json.loads(example)["by"] == PLACEHOLDER, name
            with pytest.raises(ValidationError, match=f"{PLACEHOLDER} still stands there"):
                model.model_validate_json(example)
        else:
            assert update.description.startswith("Always refused: "), name


@pytest.mark.parametrize("name", STORIES)
def test_every_story_starts_with_one_message_of_its_own(name: str) -> None:
    hint, carried = taken_by(STORIES[name])
    (model,) = [each for each in get_args(hint) if each is not type(None)]
    assert issubclass(model, Message)
    assert STORIES[name].name == name
    (state,) = [each for each in get_args(carried) if each is not type(None)]
    assert issubclass(state, LifecycleState), "a run hands its whole state to the next"


def test_an_example_that_is_not_valid_is_seen() -> None:
    """The gate reads what stands behind `Example:`, not what the code meant."""
    (accept,) = taken_by(STORIES["Order"].updates["accept_terms"])
    assert issubclass(accept, Message)
    assert not example_in("Accepts terms.")
    with pytest.raises(ValueError, match="terms"):
        accept.model_validate_json(example_in('Accepts. Example: {"by":"x","terms":"video"}'))


# Nobody's secrets.

ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
INVENTED = re.compile(r"(^|\.)(example|test|invalid|localhost)$|(^|\.)example\.(com|org|net)$")
PUBLIC = frozenset({"webextrials_info@cisco.com", "partner-support@zohocorp.com", "partner-support@eu.zohocorp.com"})
"""Addresses the vendors publish. domain.md §9.4."""

MACHINE = re.compile(r"(?<![\w.~/$}-])/(root|home|work|Users|mnt|builds?)(/|\b(?![\w-]))")
HOSTS = re.compile(
    r"\b(files\.pythonhosted|pypi|test\.pypi|registry\.npmjs|proxy\.golang|index\.docker)\.(org|com|io)\b"
)

CHECKED_IN_ITS_OWN_WORDS = frozenset({"tests/test_house_rules.py"})
"""Files that must name what they look for."""


def private(text: str) -> Iterator[tuple[int, str]]:
    """Addresses of real people, paths of somebody's machine, hosts of a registry."""
    for number, line in enumerate(text.splitlines(), start=1):
        for address in ADDRESS.finditer(line) if "@" in line else ():
            if not INVENTED.search(address[1].lower()) and address[0] not in PUBLIC:
                yield number, address[0]
        yield from ((number, found[0]) for pattern in (MACHINE, HOSTS) for found in pattern.finditer(line))


def tracked() -> list[Path]:
    """What git keeps, and what is about to be kept."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def test_no_file_has_real_addresses_machine_paths_or_registry_hosts() -> None:
    found = []
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw and name_of(path) not in CHECKED_IN_ITS_OWN_WORDS:
            found += [f"{name_of(path)}:{line} {what}" for line, what in private(raw.decode("utf-8"))]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "ken@hikari.co.jp",
        "see /home/ken/notes",
        "cd " + "/".join(("", "work", "main")),
        "/".join(("'", "root", ".cache'")),
        "https://" + "pypi.org/simple",
        "x@example.com.evil.com",
    ],
)
def test_what_is_private_is_seen(text: str) -> None:
    assert list(private(text))


@pytest.mark.parametrize(
    "text",
    [
        "ken@hikari.example.com",
        "a@b.example",
        "webextrials_info@cisco.com",
        "$HOME/x and ~/home",
        "https://example.com/home",
        "/".join(("adapters", "work", "x")),
        "@pytest.mark.asyncio",
    ],
)
def test_what_is_public_or_invented_is_left_alone(text: str) -> None:
    assert not list(private(text))


# Nothing is dead.


def in_functions(tree: ast.Module) -> Iterator[str]:
    """Every `Name.MEMBER` that some function says; what stands in a table only is never done."""
    for function in [node for node in ast.walk(tree) if isinstance(node, Function)]:
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}"


@cache
def used() -> frozenset[str]:
    """By the product: what only a test names is dead."""
    return frozenset(name for path in files("domain", "workflows") for name in in_functions(tree_of(path)))


@pytest.mark.parametrize(
    "member", [*OrderEvent, *TrialEvent, *DeviceEvent, *SubscriptionEvent, *mail_kinds()], ids=repr
)
def test_every_event_and_mail_is_of_use_to_the_product(member: Any) -> None:
    assert f"{type(member).__name__}.{member.name}" in used()


def test_what_only_a_table_names_is_seen() -> None:
    tree = ast.parse("TABLE = {OrderMail.WELCOME: 1}\ndef shipped(): post(OrderMail.CONFIRMATION)")
    assert [*in_functions(tree)] == ["OrderMail.CONFIRMATION"]


def test_every_event_moves_something() -> None:
    for path in some(files("domain")):
        if path.stem == "states":
            table = importlib.import_module(f"domain.{path.parent.name}.states")
            kinds: set[Any] = {type(event) for _, event in table.NEXT}
            (kind,) = kinds
            assert set(kind) == {event for _, event in table.NEXT}


# Rules that exist.

KNOWN = {
    "ORD": [range(1, 36)],
    "REN": [range(1, 11)],
    "OPT": [range(1, 6)],
    "TRL": [
        *(range(1, 4), range(10, 19), range(20, 34), range(40, 44), range(50, 54)),
        *(range(60, 68), range(70, 82), range(90, 96)),
    ],
    "HUB": [range(1, 5), range(10, 20), range(20, 23), range(30, 34), range(40, 44), range(50, 55), range(60, 63)],
    "WHS": [range(1, 8), range(10, 15), range(20, 29), range(30, 35)],
    "SUP": [range(1, 8), range(10, 16), range(20, 22), range(30, 38), range(40, 41)],
    "AMB": [range(1, 60)],
    "M": [range(1, 8), range(10, 21), range(30, 32)],
}
"""The numbers of the specification, by prefix (half-open)."""

CITATION = re.compile(r"\b(ORD|REN|OPT|TRL|HUB|WHS|SUP|AMB|M)-(\d+)\b|(?<![\w-])R(\d{1,2})(?=[.,;:)\s]|$)")


def unknown_rules(text: str) -> Iterator[tuple[int, str]]:
    """Rules that are cited and that nobody wrote."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in CITATION.finditer(line):
            known = KNOWN.get(found[1], [range(1, 13)])
            if not any(int(found[2] or found[3]) in numbers for numbers in known):
                yield number, found[0]


def test_every_rule_that_is_cited_exists() -> None:
    cited = [
        path for path in tracked() if path.suffix in {".py", ".md", ".j2"} and path.name not in {"test_house_rules.py"}
    ]
    assert not [f"{name_of(path)}:{line} {what}" for path in cited for line, what in unknown_rules(text_of(path))]


@pytest.mark.parametrize("text", ["ORD-36", "see REN-11.", "AMB-60", "TRL-19", "M-08", "R13."])
def test_a_rule_nobody_wrote_is_seen(text: str) -> None:
    assert list(unknown_rules(text))


def test_rules_that_exist_are_left_alone() -> None:
    assert not list(unknown_rules("ORD-01, ORD-35; REN-10. TRL-95 M-31 R1, R12. AMB-46 SHA-512 R2D2"))


def test_the_rooms_are_what_the_import_contracts_think() -> None:
    """A new top-level package would escape every gate above."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "tools", "bench"} == set(PRODUCT)


def test_every_room_is_read_by_the_gates_and_every_package_of_it_is_named() -> None:
    """Pages are product like the rest."""
    read = {path.parent for path in files(*PRODUCT)} - {ROOT}
    assert {path.relative_to(ROOT).parts[0] for path in read} == set(PRODUCT)
    assert {".".join(path.relative_to(ROOT).parts) for path in read} == set(PROJECT["tool"]["setuptools"]["packages"])


def contract(name: str) -> dict[str, Any]:
    """One of the import contracts."""
    every = PROJECT["tool"]["importlinter"]["contracts"]
    return next(each for each in every if each["name"] == name)


def test_every_lifecycle_and_workflow_stands_in_the_contracts() -> None:
    """None knows another one, and none knows the hub: a new one that is not named there would be free to."""
    lifecycles = {f"domain.{name}" for name in KINDS}
    assert {*contract("lifecycles don't know each other")["modules"]} == lifecycles
    assert {*contract("no lifecycle knows the hub")["source_modules"]} == lifecycles | {"domain.lifecycles"}
    assert contract("no lifecycle knows the hub")["forbidden_modules"] == ["domain.hub"]
    modules = {each.__module__ for each in (*WORKFLOWS, *BESIDE, UnknownWorkflow)}
    assert {*contract("workflows don't import each other")["modules"]} == modules


def wordless(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Fields of a policy without words below them: they would stand in the README without a meaning."""
    for cls in [node for node in tree.body if isinstance(node, ast.ClassDef) and "Policy" in node.name]:
        for field, below in pairwise([*cls.body, ast.Pass()]):
            said = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            if isinstance(field, ast.AnnAssign) and not said:
                yield field.lineno, ast.unparse(field.target)


def test_every_term_of_a_policy_says_what_it_means() -> None:
    assert not offences(wordless, [path for path in files("domain") if path.name == "policy.py"])


def test_a_term_without_words_is_seen() -> None:
    assert found_in(
        wordless, "class OrderPolicy:\n    'Terms.'\n    grace: int = 3\n    'Days.'\n    more: int = 4"
    ) == ["more"]
