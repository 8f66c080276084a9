"""What the starter does otherwise for one lifecycle stands in its tables by lifecycle, and nowhere else."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from domain.lifecycles import KINDS
from domain.order.messages import PlaceOrder
from starter import kinds
from starter.commands import lifecycles
from starter.console.exits import Exit, Stop
from starter.console.terminal import terminal
from starter.intake.continued import must_go_on
from starter.reach.records import Records
from tests.makers import a_customer, a_renewal, a_trial, an_order
from tests.options import subscribed, terminated
from tests.support.one_item import in_one_item

ROOT = Path(__file__).parents[2]

TABLES = {
    "starter/kinds.py": "the table of what is no command",
    "starter/commands/lifecycles.py": "the table of commands",
    "starter/forecast/customers.py": "answers wholesale customers and checks only",
    "starter/answers/catalogue.py": "the answer of `order list` keeps its first name",
    "starter/commands/account_cases.py": "the cases of an account, and nothing else",
    "starter/intake/mail_addressee.py": "a mail reaches cases, and nothing else",
    "starter/demo/world.py": "the demo plays what upstream systems do, each for its own lifecycle",
}
"""Files that may answer by lifecycle, and why."""


CLASSES = {each.__name__ for kind in KINDS.values() for each in (kind.start, kind.state, kind.row)}


def answers_by_lifecycle(tree: ast.Module) -> Iterator[int]:
    """Lines with a table by lifecycle, or a question which one it is."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("domain.")
        for alias in node.names
        if alias.name == "NAME" or (node.module or "").endswith(".kind")
    }

    def names_one(node: ast.expr | None) -> bool:
        match node:
            case ast.Attribute(value=ast.Name(id="Lifecycle")):
                return True
            case ast.Attribute(value=ast.Name(id=name), attr="name") | ast.Name(id=name):
                return name in names | CLASSES
            case ast.Tuple(elts=several) | ast.Set(elts=several) | ast.List(elts=several):
                return any(map(names_one, several))
            case ast.BinOp(left=one, right=other):
                return names_one(one) or names_one(other)
            case ast.Constant(value=str(text)):
                return text in KINDS
        return False

    for_the_type_checker = {id(node.test) for node in ast.walk(tree) if isinstance(node, ast.Assert)}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Dict(keys=asked)
                | ast.Compare(comparators=asked)
                | ast.Call(func=ast.Name(id="isinstance"), args=asked)
            ):
                if id(node) not in for_the_type_checker and any(map(names_one, asked)):
                    yield node.lineno


FILES = sorted(path for path in (ROOT / "starter").rglob("*.py"))


@in_one_item("path", FILES)
def test_no_other_file_answers_by_lifecycle(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    found = list(answers_by_lifecycle(ast.parse(path.read_text(encoding="utf-8"))))
    assert (name in TABLES) is bool(found), f"{name}: {found}"


@pytest.mark.parametrize(
    "code",
    [
        "BESIDE = {Lifecycle.ORDER: 1}",
        "from domain.option.state import NAME as OPTION\nBESIDE = {OPTION: 1}",
        "from domain.wholesale.kind import WHOLESALE\nfound = asked in (WHOLESALE.name, 'x')",
        "SPECIAL = {'trial': 1}",
        "found = lifecycle in {'order', 'trial'}",
        "found = lifecycle == Lifecycle.ORDER",
        "ANSWERS = {PlaceOrder: 1}",
        "found = isinstance(start, PlaceOrder | StartTrial)",
    ],
)
def test_a_table_elsewhere_is_seen(code: str) -> None:
    assert list(answers_by_lifecycle(ast.parse(code)))


def test_every_row_is_of_a_lifecycle() -> None:
    assert {*kinds.OWN, *lifecycles.OWN} <= set(KINDS)


# What a start goes on with.


def said_at_the_door(start: object, records: Records) -> Stop:
    with pytest.raises(Stop) as stopped:
        asyncio.run(must_go_on(start, records))  # type: ignore[arg-type]
    return stopped.value


@pytest.mark.parametrize(
    ("renewal", "exit_", "words"),
    [
        (a_renewal(of="sub-nobody"), Exit.NOT_FOUND, "no subscription of that id is known here (REN-01)"),
        (a_renewal(customer=a_customer(id="ueno")), Exit.REFUSED, "is another customer's subscription (REN-01)"),
    ],
    ids=["of nothing", "of another customer's"],
)
def test_ren_01_a_renewal_of_what_it_cannot_renew_is_refused_at_once(
    renewal: PlaceOrder, exit_: Exit, words: str, store: SqlStore
) -> None:
    subscribed(store)
    stop = said_at_the_door(renewal, Records(store))
    assert (stop.exit, stop.field, stop.message) == (exit_, "subscription_id", words)


def test_ren_01_a_subscription_that_is_over_is_not_renewed(store: SqlStore) -> None:
    subscribed(store)
    asyncio.run(must_go_on(a_renewal(), Records(store)))
    terminated(store)
    stop = said_at_the_door(a_renewal(), Records(store))
    assert (stop.exit, stop.message) == (Exit.REFUSED, "is a terminated subscription (REN-01)")


def test_without_a_store_a_renewal_is_started_with_a_warning() -> None:
    terminal.begin(terminal.output)
    asyncio.run(must_go_on(a_renewal(), Records(None, "it is gone")))
    (warning,) = terminal.warnings
    assert warning == "the subscription is not checked, for the store cannot be asked: it is gone"


@pytest.mark.parametrize("start", [an_order(), a_trial()], ids=["a new order", "a trial"])
def test_any_other_start_goes_on_with_nothing(start: object) -> None:
    asyncio.run(must_go_on(start, Records(None, "nobody is asked")))  # type: ignore[arg-type]
