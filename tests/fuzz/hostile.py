"""What nobody should send: mutated messages, and payloads that are no message at all."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from tests.fuzz.generator import ways
from tests.fuzz.values import INVISIBLE, ODD_DURATIONS, ODD_INTEGERS, ODD_MOMENTS, ODD_ZONES

PLAIN: Final = {"encoding": b"json/plain"}

FORGED: Final[tuple[Mapping[str, bytes], ...]] = (
    {"tenure-written-by": b"workflow"},
    {"tenure-written-by": b""},
    {"tenure-written-by": b"workflow", "messageType": b"temporal.api.common.v1.Payload"},
    {"encoding-type": b"binary/null"},
)
"""Marks that somebody puts on a payload to be taken for somebody else."""

ENCODINGS: Final = (
    b"binary/plain",
    b"binary/null",
    b"json/protobuf",
    b"binary/protobuf",
    b"",
    b"JSON/PLAIN",
    b"\xff\xfe",
)


class Raw(NamedTuple):
    """One payload as it goes over the wire."""

    data: bytes
    metadata: Mapping[str, bytes] = PLAIN

    def value(self) -> RawValue:
        """For a client, which leaves it as it is."""
        return RawValue(Payload(metadata=self.metadata, data=self.data))

    def shown(self) -> str:
        """For people: as JSON, cut where it is long."""
        text = self.data.decode(errors="backslashreplace")
        cut = f"{text[:600]} … ({len(self.data)} bytes)" if len(text) > 700 else text
        marks = {key: value.decode(errors="backslashreplace") for key, value in self.metadata.items()}
        return cut if self.metadata == PLAIN else f"{cut} with metadata {json.dumps(marks)}"


def plain(message: Any) -> tuple[Raw, ...]:
    """As the Web UI sends it."""
    return (Raw(json.dumps(message, ensure_ascii=False).encode(errors="surrogatepass")),)


def junk(chance: random.Random, canary: str) -> Any:
    """What may stand where something else belongs."""
    texts = (canary, f"{canary}\0", f"{canary}\n{canary}", f"=?utf-8?q?{canary}?=", f"\u202e{canary}", canary * 500)
    made: Iterable[Any] = (
        *(None, [], {}, "", True, False, 0, -1, 0.5, 1e308),
        *texts,
        f"REPLACE-ME {canary}",
        f"\ud800{canary}",
        f"{chance.choice(INVISIBLE)}",
        [[{"deep": [canary]}]],
        {"deep": {"deeper": [canary, None, -1]}},
        {"one_too_many": canary},
        [canary] * 300,
        *ODD_INTEGERS,
        *ODD_MOMENTS,
        *ODD_DURATIONS,
        *ODD_ZONES,
        f"javascript:alert('{canary}')",
        f"{canary}@localhost",
        f'"{canary} quoted"@customer.example.com',
        f"{canary}@customer.example.com\r\nBcc: all@customer.example.com",
        f"+81 3 5550 0101 ext. 12345678{canary}",
    )
    return chance.choice(list(made))


def mutated(chance: random.Random, message: Any, canary: str) -> Any:
    """One or two places changed: left out, something else in it, something too many beside it, far too often."""
    changed = deepcopy(message)
    for _ in range(chance.choice((1, 1, 1, 2))):
        known = list(ways(changed))
        if not known:
            break
        way = chance.choice(known)
        place: Any = changed
        for step in way[:-1]:
            place = place[step]
        _change(chance, place, way[-1], canary)
    return changed


def _change(chance: random.Random, place: Any, last: Any, canary: str) -> None:
    match chance.randrange(8):
        case 0:
            del place[last]
        case 1 if isinstance(place, dict):
            place["one_too_many"] = canary
        case 2 if isinstance(place[last], list):
            place[last] = place[last] * chance.choice((2, 60))
        case 3:
            place[last] = [place[last]]
        case 4:
            place[last] = str(place[last]) + canary
        case _:
            place[last] = junk(chance, canary)


def texts(message: Any, canary: str) -> tuple[bytes | Callable[[], bytes], ...]:
    """JSON, or nearly, that is no message: as bytes, for most of it no writer of JSON would write. Large ones are made
    when they are chosen."""
    whole, inner = json.dumps(message), json.dumps(canary).encode()
    return (
        *(b"null", b"[]", b"{}", b"17", b"true", b"", b"NaN", b"{", inner, b"[" + inner + b"]", b"-0", b"\x00"),
        b"9" * 5000,
        b'{"by":' + b"9" * 5000 + b"}",
        b"[" * 300 + inner + b"]" * 300,
        b'{"by":' * 3000 + inner + b"}" * 3000,
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"by":' + inner + b',"by":' + inner + b"}",
        b'{"by":"\\ud800' + canary.encode() + b'"}',
        b'{"by":"\\u0000' + canary.encode() + b'"}',
        b"\xff\xfe" + canary.encode("utf-16-le"),
        b"\xef\xbb\xbf" + whole.encode(),
        whole.encode("utf-16"),
        whole.replace("{", "{ /*" + canary + "*/ ", 1).encode(),
        whole.encode() + whole.encode(),
        json.dumps({"one_too_many": canary}).encode(),
        json.dumps([message]).encode(),
        json.dumps(whole).encode(),
        lambda: (
            json.dumps({**message, "one_too_many": canary * 20_000}).encode() if isinstance(message, dict) else b"{}"
        ),
        lambda: json.dumps({f"unknown{number}": canary for number in range(3000)}).encode(),
    )


def payloads(chance: random.Random, message: Any, canary: str) -> tuple[Raw, ...]:
    """No argument, several, other encodings, forged marks, text that is no message."""
    (right,) = plain(message)
    text = chance.choice(texts(message, canary))
    wrong = Raw(text() if callable(text) else text)
    bent = Raw(json.dumps(mutated(chance, message, canary)).encode(errors="replace"))
    match chance.randrange(8):
        case 0:
            return chance.choice(((), (right, right), (right, wrong), (wrong,) * 3, (right,) * 40))
        case 1:
            return (right._replace(metadata={"encoding": chance.choice(ENCODINGS)}),)
        case 2:
            return (
                right._replace(metadata=chance.choice(({}, {"encoding": b"json/protobuf", "messageType": b"x.Y"}))),
            )
        case 3 | 4:
            return (bent._replace(metadata={**PLAIN, **chance.choice(FORGED)}),)
        case 5:
            return (wrong._replace(metadata={**PLAIN, **chance.choice(FORGED)}),)
    return (wrong,)
