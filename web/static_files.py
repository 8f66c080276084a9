"""Files that pages load, under addresses that change with what is in them: kept for a year, and never stale."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIRECTORY: Final = Path(__file__).with_name("static")


@cache
def static(name: str) -> str:
    """Its address."""
    return f"/static/{name}?v={sha256((DIRECTORY / name).read_bytes()).hexdigest()[:12]}"


class Kept(StaticFiles):
    """As long as the address says what is in it; any other is asked for anew."""

    def __init__(self) -> None:
        super().__init__(directory=DIRECTORY)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """With what caches go by."""
        answer = await super().get_response(path, scope)
        fresh = b"v=" in scope["query_string"] and answer.status_code in {200, 304}
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return answer
