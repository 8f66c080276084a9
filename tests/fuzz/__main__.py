"""`python -m tests.fuzz`: a campaign by hand, as long as wanted, or one cast of it again."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import BURST, campaign
from tests.fuzz.report import Finding, Report


def _say(finding: Finding) -> None:
    sys.stderr.write(f"{finding.fault} (cast {finding.cast}): {finding.what}\n    {finding.detail}\n")


def main() -> int:
    """Figures, findings; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=3000, help="messages to send at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--burst", type=int, default=BURST, help="hostile messages at each stage of a life")
    parser.add_argument("--only", type=int, help="only the cast of this number")
    parser.add_argument("--directory", type=Path, help="keep the service's directory here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        report = Report(asked.seed, heard=_say)
        asyncio.run(campaign(asked.directory or Path(fresh), report, asked.count, asked.only, asked.burst))
    sys.stdout.write(f"{report.faults()}\n\n{report.figures()}\n")
    for note in report.notes:
        sys.stdout.write(f"  note: {note}\n")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
