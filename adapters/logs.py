"""Logs as events with facts: one JSON line each, or readable on a terminal. Ids only, no personal data."""

import logging
import sys
from typing import Final

import structlog
from temporalio import activity, workflow
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from adapters.settings import LogFormat, LogLevel

CORE: Final = "temporal.core"

OURS: Final = ("tenure", "temporalio", "temporal")
"""Logged from the level that is set. What other libraries do is theirs: only their warnings and errors."""

WITHOUT_VALUES: Final = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Where a fault happened, never the values there: they may be somebody's name and address. R7."""


def configure_logs(log_format: LogFormat, level: LogLevel) -> Runtime:
    """One handler for our events, the SDK's and its core's; returns the runtime that sends the core's there."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = log_format is LogFormat.JSON or (log_format is LogFormat.AUTO and not sys.stderr.isatty())
    least = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(least)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(as_json=as_json),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(logging.WARNING, least), force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(least)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    return _runtime_with_core_logs()


def _rendering(*, as_json: bool) -> list[structlog.types.Processor]:
    if as_json:
        return [
            structlog.processors.ExceptionRenderer(WITHOUT_VALUES),
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ]
    plain = structlog.dev.plain_traceback  # a rich one would show the values of every frame
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _runtime_with_core_logs() -> Runtime:
    forwarding = LogForwardingConfig(logger=logging.getLogger(CORE))
    filtered = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=filtered, forwarding=forwarding)))
