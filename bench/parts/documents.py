"""The confirmation document: milliseconds each, in a process of its own: `python -m bench.parts.documents N`."""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
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
    took: dict[str, list[tuple[float, float]]] = json.loads(log.read_text().splitlines()[-1])
    (first, _), *same = took["same"]
    figures = {
        "document.first_ms": once(first),
        "document.ms": once(median(each for each, _ in same)),
        "document.cpu_ms": once(median(cpu for _, cpu in same)),
        "document.others_cpu_ms": once(median(cpu for _, cpu in took["others"])),
    }
    return Outcome(figures, {"document": {"documents": how.documents}})


def _facts(number: str, other: int = 0) -> ConfirmationFacts:
    """Of the same partner, customer and day, or of others."""
    shipped = SHIPPED + timedelta(days=other)
    return ConfirmationFacts(
        language=Language.JAPANESE,
        zone="Asia/Tokyo",
        sales_order_number=number,
        ordering_partner=f"ひかりシステムズ{other or ''}株式会社",
        end_customer=f"赤坂商事{other or ''}株式会社",
        ordered_at=shipped,
        released_at=shipped,
        items=(ConfirmedItem(part_number="A-PORTS", offering="Port", quantity=50),),
        accepted_terms=(AcceptedTerms(terms=Terms.PORT, accepted_at=shipped),),
        form_url="https://example.com/provisioning",
        build_guide=7,
    )


def _made(facts: ConfirmationFacts) -> tuple[float, float]:
    """Milliseconds, and of CPU."""
    began, used = time.perf_counter(), time.process_time()
    confirmation_pdf(facts)
    return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


if __name__ == "__main__":
    wanted = int(sys.argv[1]) + 1
    same = [_made(_facts(f"SO-{number:06}")) for number in range(wanted)]
    others = [_made(_facts(f"SO-{number:06}", number)) for number in range(wanted, 2 * wanted)]
    sys.stdout.write(json.dumps({"same": same, "others": others}) + "\n")
