"""A browser without a screen: pages of the web room, their forms filled in and sent as they stand there."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from httpx import AsyncClient, Response

from tests.support.html_forms import sent

Do = Callable[[Coroutine[Any, Any, Response]], Response]


@dataclass(frozen=True)
class Browser:
    """Of one person; `do` runs what is asked, wherever the app lives."""

    client: AsyncClient
    do: Do

    def get(self, path: str) -> Response:
        """A page."""
        return self.do(self.client.get(path))

    def fill(self, path: str, **typed: str | list[str]) -> Response:
        """The form of that page, with this typed into it, sent by its own button."""
        return self.send(path, self.get(path), **typed)

    def send(self, path: str, shown: Response, **typed: str | list[str]) -> Response:
        """The form of a page that is open, once more."""
        standing = [(name, text) for name, text in form_of(shown) if name not in typed]
        given = [
            (name, each) for name, texts in typed.items() for each in ([texts] if isinstance(texts, str) else texts)
        ]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.do(self.client.post(path, content=urlencode([*standing, *given]), headers=headers))


def form_of(shown: Response) -> list[tuple[str, str]]:
    """What its last form holds: the one of the page itself, not the one that signs out."""
    forms: list[str] = re.findall(r"<form.*?</form>", shown.text, re.DOTALL)
    return sent(forms[-1])


def errors_in(shown: Response) -> dict[str, str]:
    """By the id of the input."""
    found = re.findall(r'<span class="error" id="([^"]+)-error">(.*?)</span>', shown.text)
    return dict(found)


def said_in(shown: Response) -> str:
    """What a notice of the page says."""
    found = re.search(r'<p class="notice \w+"[^>]*>(.*?)</p>', shown.text)
    return found[1] if found else ""
