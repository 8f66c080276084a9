"""The confirmation document: milliseconds each, in a process of its own: `python -m bench.parts.documents N`."""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from adapters.documents.confirmation import AcceptedTerms, ConfirmationFacts, ConfirmedItem, confirmation_pdf
from bench.outcome import Outcome, once
from bench.plan import Plan
from bench.processes import module, run
from domain.order.messages import Terms
from domain.values import Language

SHIPPED: Final = datetime(2030, 1, 31, 9, tzinfo=UTC)


async def documents(directory: Path, how: Plan) -> Outcome:
    """Of an order with port terms, for a Japanese reader."""
    await asyncio.to_thread(directory.mkdir)
    log = directory / "documents.log"
    ran = await run(module("bench.parts.documents", str(how.documents)), log)
    if ran.code:
        raise RuntimeError(f"no document: {log.read_text()[-300:]}")
    took: list[tuple[float, float]] = json.loads(log.read_text().splitlines()[-1])
    (first, _), *rest = took
    figures = {
        "document.first_ms": once(first),
        "document.ms": once(median(each for each, _ in rest)),
        "document.cpu_ms": once(median(cpu for _, cpu in rest)),
    }
    return Outcome(figures, {"document": {"documents": how.documents}})


def _facts(number: str) -> ConfirmationFacts:
    return ConfirmationFacts(
        language=Language.JAPANESE,
        zone="Asia/Tokyo",
        sales_order_number=number,
        ordering_partner="ひかりシステムズ株式会社",
        end_customer="赤坂商事株式会社",
        ordered_at=SHIPPED,
        released_at=SHIPPED,
        items=(ConfirmedItem(part_number="A-PORTS", offering="Port", quantity=50),),
        accepted_terms=(AcceptedTerms(terms=Terms.PORT, accepted_at=SHIPPED),),
        form_url="https://example.com/provisioning",
        build_guide=7,
    )


def _made(number: str) -> tuple[float, float]:
    """Milliseconds, and of CPU."""
    facts = _facts(number)
    began, used = time.perf_counter(), time.process_time()
    confirmation_pdf(facts)
    return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


if __name__ == "__main__":
    sys.stdout.write(json.dumps([_made(f"SO-{number:06}") for number in range(int(sys.argv[1]) + 1)]) + "\n")
