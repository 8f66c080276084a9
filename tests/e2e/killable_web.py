"""Pages whose process dies where a test wants it to: see strikes.py. Never shipped.

It dies for `web`. Points: `claimed`, a decision behind a link is claimed and not sent; `taken`, it took effect, and
that it was answered is not noted.
"""

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from subprocess import Popen

from adapters.sql.store import SqlStore
from tests.e2e.strikes import keep_alive, killable, strike, strike_after, strike_before
from web import __main__ as web

WHOSE = "web"


def strikes_of(armed: Path) -> None:
    """Put them where the real process has nothing."""
    strike_after(SqlStore, "claim_form", partial(strike, armed, WHOSE, "claimed"))
    strike_before(SqlStore, "form_was_answered", partial(strike, armed, WHOSE, "taken"))


def killable_web(module: str, log: Path, settings: Mapping[str, str]) -> AbstractContextManager["Popen[bytes]"]:
    """Takes the place of `starter.service.service.child`."""
    assert module == WHOSE
    return killable("tests.e2e.killable_web", log, settings)


if __name__ == "__main__":
    strikes_of(Path(sys.argv[1]))
    sys.exit(keep_alive(lambda: web.main([])))
