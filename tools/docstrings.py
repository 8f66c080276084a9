"""What the docstrings of the code say, and the rules that they cite."""

import ast
import inspect
import re
from itertools import pairwise
from typing import Final

RULE: Final = r"(?:[A-Z]{3}|M)-\d+"
RULES: Final = re.compile(rf"{RULE}(?: to {RULE})?|\bR\d+\b")
CITED: Final = re.compile(
    r"^M-\d+: |(?<=[.:]) (?:(?:" + RULES.pattern + r"|domain\.md §[\d.]+)(?:,? \([a-z]\))*(?:, )?)+\.?$"
)
"""Where a docstring only cites: its first words, its last sentence."""


def attribute_docs(cls: type) -> dict[str, str]:
    """The text below each field of a model or each member of an enum."""
    body = body_of(cls)
    found: dict[str, str] = {}
    for statement, below in pairwise(body):
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            found |= dict.fromkeys(assigned(statement), " ".join(below.value.value.split()))
    return found


def body_of(cls: type) -> list[ast.stmt]:
    """Its statements, as they are written."""
    (tree,) = ast.parse(inspect.getsource(cls)).body
    return tree.body if isinstance(tree, ast.ClassDef) else []


def assigned(statement: ast.stmt) -> dict[str, ast.expr | None]:
    """The name that a statement gives a value, and that value."""
    match statement:
        case (
            ast.AnnAssign(target=ast.Name(id=name), value=value) | ast.Assign(targets=[ast.Name(id=name)], value=value)
        ):
            return {name: value}
    return {}


def cited(text: str) -> str:
    """The rules a docstring names."""
    return ", ".join(dict.fromkeys(RULES.findall(text)))


def meaning(text: str) -> str:
    """A docstring without its citations, as a sentence."""
    said = CITED.sub("", CITED.sub("", text)).strip()
    return said[:1].upper() + said[1:]
