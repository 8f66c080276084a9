"""A command that dies where a test wants it to: see strikes.py. Never shipped. `… killable_command ARMED WORDS …`

It dies for `command`. Points: `rows`, two lines of a file are committed; `untold`, a subscription is to be told of its
invoices; `told`, it was told, and its answer is not heard.
"""

import sys
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


if __name__ == "__main__":
    strikes_of(Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
