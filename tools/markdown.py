"""Tables of our pages, and their parts that are written from the code."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

BLOCK: Final = re.compile(r"(<!-- generated: (?P<name>[a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(text: str, block: Callable[[str], str]) -> str:
    """A page with every block as the code says now."""
    return BLOCK.sub(lambda found: found[1] + block(found["name"]) + "\n" + found[3], text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)
