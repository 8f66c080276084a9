"""The list of customers, and the pages of one customer."""

from typing import Final

from starlette.routing import Route

from web.hub import customer, table, tags, usage

ROUTES: Final = [
    Route("/", table.customers),
    Route("/customers/{partner_id}/{customer_id}", customer.show),
    Route("/customers/{partner_id}/{customer_id}/usage", usage.show),
    Route("/customers/{partner_id}/{customer_id}/tags", tags.replace, methods=["POST"]),
]
