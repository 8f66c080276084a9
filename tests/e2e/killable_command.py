"""Commands that die where a test wants them to: see strikes.py. Never shipped. `… killable_command ARMED`

The words of one come as a line of JSON; how it ended and what it said goes back as one. It dies for `command`. Points:
`rows`, two lines of a file are committed; `untold`, a subscription is to be told of its invoices; `told`, it was told,
and its answer is not heard.
"""

import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from adapters.sql.store import SqlStore
from starter.__main__ import main
from starter.intake import hub_judge, hub_payments
from starter.reach.update import send
from tests.e2e.strikes import strike, strike_after

WHOSE = "command"


def strikes_of(armed: Path) -> None:
    """Put them where the real command has nothing."""
    patch.object(hub_judge, "AT_A_TIME", 2).start()
    strike_after(SqlStore, "keep_rows", partial(strike, armed, WHOSE, "rows"))

    async def sent(*given: Any) -> Any:
        strike(armed, WHOSE, "untold")
        answer = await send(*given)
        strike(armed, WHOSE, "told")
        return answer

    patch.object(hub_payments, "send", sent).start()


def ended(words: list[str]) -> tuple[int, str]:
    """How one ended in a process of its own, and what it said there."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            for stream in (sys.stdout, sys.stderr):
                os.dup2(said.fileno(), stream.fileno())
            sys.exit(main(words))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode()


if __name__ == "__main__":
    strikes_of(Path(sys.argv[1]))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(ended(json.loads(line))) + "\n")
        sys.stdout.flush()
