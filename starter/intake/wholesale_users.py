"""Files of users of one wholesale customer: each user once, in batches whose names are made of what is in them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

from domain.values import Message
from domain.wholesale.messages import WholesaleUser
from starter.intake.csv_rows import Form, LineProblem
from starter.intake.files import LinesFile, Row
from starter.intake.first_lines import FirstLines

AT_A_TIME: Final = 500
"""Users of one batch: one update to the customer, one transaction in the store."""

DIGITS: Final = 24
"""Of a batch's digest: two batches are never called the same by chance."""


class ImportedUser(WholesaleUser, Message):
    """A user of a wholesale customer, as a file has it."""

    @property
    def user(self) -> WholesaleUser:
        """Without who sent it."""
        return WholesaleUser.model_validate(self.model_dump(include=set(WholesaleUser.model_fields)))


FORM: Final = Form(ImportedUser, "wholesale.user", "user_id", {"add_on": "add_ons.0", "add_ons": "add_ons.0"})


class UsersFile(LinesFile):
    """Every user once: the same line again is one; another one of the same id is wrong."""

    def rows(self) -> Iterator[Row]:
        """Which of two lines is meant, nobody can tell: the second is refused."""
        with closing(FirstLines()) as firsts:
            for row in super().rows():
                if isinstance(row.read, list):
                    yield row
                    continue
                first = firsts.of(getattr(row.read, FORM.id_field), row.line, row.read)
                if first.line == row.line:
                    yield row
                elif not first.is_same:
                    said = f"stands on line {first.line} too, with other content: a user has one package (WHS-11)"
                    yield Row(row.line, [LineProblem(FORM.id_field, said)])


def batch_id(external_id: str, users: Sequence[WholesaleUser], attempt: int) -> str:
    """Of the same users for the same customer always the same: so a repeat finds what was done. `attempt` counts how
    often those very users were handed in before and some of them were refused."""
    content = [external_id, *(user.model_dump(mode="json") for user in users)]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:DIGITS]
    return f"users-{digest}-{attempt}"
