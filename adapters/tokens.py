"""Tokens that only their holder knows, and links by which somebody signs in once."""

import secrets
from datetime import datetime
from hashlib import sha256

from adapters.sql.store import SqlStore
from domain.hub.policy import SIGN_IN_LINK_LIVES


def new_token() -> str:
    """Nobody guesses it: 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the store knows of a token."""
    return sha256(token.encode()).hexdigest()


def sign_in_path(store: SqlStore, user_id: str, now: datetime) -> str:
    """Where this user signs in, once and soon; an earlier link of theirs works no longer."""
    token = new_token()
    store.add_sign_in_link(digest(token), user_id, now, now + SIGN_IN_LINK_LIVES)
    return f"/sign-in/{token}"
