"""Logs: one JSON object a line on standard error. They name parties, keys and sizes; never what an entry says."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_logs() -> None:
    """Send every log line, ours and the libraries', to standard error."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"event": "library", "words": "%(message)s"}')
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
