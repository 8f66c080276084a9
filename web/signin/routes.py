"""Signing in, the first run, users, and one's own profile."""

from typing import Final

from starlette.routing import Route

from web.signin import administration, assignments, entry, first_run, oidc, profile

ROUTES: Final = [
    Route("/sign-in", entry.sign_in_page),
    Route("/sign-in/oidc", oidc.to_issuer),
    Route("/sign-in/oidc/back", oidc.from_issuer),
    Route("/sign-in/{token}", entry.link_page),
    Route("/sign-in/{token}", entry.follow_link, methods=["POST"]),
    Route("/sign-out", entry.leave, methods=["POST"]),
    Route("/first-run", first_run.plan),
    Route("/first-run/terms", first_run.terms),
    Route("/first-run/terms", first_run.accept, methods=["POST"]),
    Route("/first-run/start", first_run.start),
    Route("/profile", profile.show),
    Route("/profile", profile.save, methods=["POST"]),
    Route("/administration", administration.listed),
    Route("/administration/users", administration.new),
    Route("/administration/users", administration.add, methods=["POST"]),
    Route("/administration/users/{user_id}", administration.one),
    Route("/administration/users/{user_id}", administration.change, methods=["POST"]),
    Route("/administration/users/{user_id}/active", administration.switch, methods=["POST"]),
    Route("/customers/{partner_id}/{customer_id}/administrators", assignments.assign, methods=["POST"]),
]
