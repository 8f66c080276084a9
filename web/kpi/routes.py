"""The KPI dashboard, the rows behind its numbers, and calling analytics."""

from typing import Final

from starlette.routing import Route

from web.kpi import calling, dashboard, rows

ROUTES: Final = [
    Route("/kpi", dashboard.show),
    Route("/kpi/rows", rows.show),
    Route("/calling", calling.show),
]
