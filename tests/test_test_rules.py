"""How tests are built here: gates over the tests themselves, and proof that each can fail."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.makers import some

TESTS: Final = Path(__file__).parent
Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.AsyncFor


def judges(node: ast.AST) -> bool:
    """Is this a check of its own: an assertion, something that has to be raised, or a call that asserts?"""
    match node:
        case ast.Assert(test=claim):
            return not perhaps_of_nothing(claim)
        case ast.With() | ast.AsyncWith():
            return any("raises" in ast.unparse(item.context_expr) for item in node.items)
        case ast.Call():
            name = ast.unparse(node.func).rpartition(".")[2]
            return name.startswith("assert") or name in {"fail", "some"}
    return False


def perhaps_of_nothing(claim: ast.expr) -> bool:
    """`all(...)` of what nobody can see to have members: it is true of nothing, too."""
    match claim:
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(generators=[first, *_])]):
            return not has_members(first.iter)
    return False


def outside_loops(node: ast.AST) -> Iterator[ast.AST]:
    """What is done once, in any case."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Loop | ast.While | Function | ast.Lambda):
            yield child
            yield from outside_loops(child)


def has_members(things: ast.expr) -> bool:
    """Can everybody see that there is something to loop over?"""
    match things:
        case ast.Tuple(elts=members) | ast.List(elts=members) | ast.Set(elts=members) | ast.Dict(values=members):
            return bool(members)
        case ast.Call(func=ast.Attribute(value=inner, attr="items" | "values")):
            return has_members(inner)
        case ast.Call(func=ast.Name(id="range"), args=arguments):
            return all(isinstance(argument, ast.Constant) for argument in arguments)
        case ast.Call(func=ast.Name(id="zip" | "enumerate" | "some" as name), args=arguments):
            return name == "some" or any(map(has_members, arguments))
    return False


def perhaps_over_nothing(tree: ast.Module) -> Iterator[str]:
    """Tests that check in loops or `all` only, and perhaps over nothing. Hypothesis may draw nothing."""
    for test in [node for node in ast.walk(tree) if isinstance(node, Function) and node.name.startswith("test")]:
        drawn = any("given" in ast.unparse(decorator) for decorator in test.decorator_list)
        if drawn or any(map(judges, outside_loops(test))):
            continue
        loops = [node for node in outermost_loops(test) if any(map(judges, ast.walk(node)))]
        vague = any(isinstance(node, ast.Assert) and perhaps_of_nothing(node.test) for node in ast.walk(test))
        if (vague and not loops) or not all(has_members(loop.iter) for loop in loops):
            yield test.name


def outermost_loops(node: ast.AST) -> Iterator[Loop]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Loop):
            yield child
        else:
            yield from outermost_loops(child)


def test_no_test_checks_nothing_in_a_loop_over_nothing() -> None:
    """`for each in some(...)`: fails if there is none."""
    found = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in some(TESTS.rglob("test_*.py"))
        for name in perhaps_over_nothing(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found


@pytest.mark.parametrize(
    "body",
    [
        "for x in xs:\n  assert x",
        "for x in ():\n  assert x",
        "for x in xs:\n  with pytest.raises(Refused):\n   act(x)",
        "assert all(x for x in xs)",
    ],
)
def test_a_loop_that_may_be_over_nothing_is_seen(body: str) -> None:
    assert [*perhaps_over_nothing(ast.parse(indented(body)))] == ["test_it"]


@pytest.mark.parametrize(
    "body",
    [
        "for x in some(xs):\n  assert x",
        "for x in (1, 2):\n  assert x",
        "for x in {1: 2}.items():\n  assert x",
        "for x in zip((1, 2), xs, strict=True):\n  assert x",
        "for x in xs:\n  assert x\nassert xs",
        "for x in xs:\n  act(x)",
        "assert all(x for x in some(xs))",
        "assert all(x for x in xs)\nassert xs",
    ],
)
def test_a_loop_over_something_is_left_alone(body: str) -> None:
    assert not [*perhaps_over_nothing(ast.parse(indented(body)))]


def indented(body: str) -> str:
    return "def test_it():\n " + body.replace("\n", "\n ")


def test_some_of_nothing_fails() -> None:
    with pytest.raises(AssertionError, match="nothing to look at"):
        some(())
