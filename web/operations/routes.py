"""Addresses of the operations area."""

from typing import Final

from starlette.routing import Route

from web.operations.acts import act, overview
from web.operations.calendar import calendar, feed, renew
from web.operations.pages import board
from web.operations.starts import begin

ROUTES: Final = [
    Route("/operations", board),
    Route("/operations/calendar", calendar),
    Route("/operations/calendar/link", renew, methods=["POST"]),
    Route("/calendar/{token}.ics", feed),
    Route("/act/{lifecycle}/{subject}", overview),
    Route("/act/{lifecycle}/{subject}/{update}", act, methods=["GET", "POST"]),
    Route("/start/{lifecycle}", begin, methods=["GET", "POST"]),
]
