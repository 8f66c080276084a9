"""Resources and help. HUB-61, HUB-62."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.pages import page, reader_of
from web.resources.library import library, sought, topics_of
from web.security import needs, signed_in
from web.world import world_of

LONGEST_QUESTION: Final = 200


@needs()
async def resources(request: Request) -> Response:
    """Quick links, what is featured, and all of it by words and topic; the address can be bookmarked."""
    hub, language = world_of(request).settings.hub, reader_of(request).language
    entries = library(signed_in(request), language, hub.resources)
    words = request.query_params.get("q", "")[:LONGEST_QUESTION]
    topics = topics_of(entries, language)
    topic = request.query_params.get("topic", "")
    if topic not in dict(topics):
        topic = ""
    return page(
        request,
        "resources/list.html",
        found=sought(entries, words, topic),
        featured=[each for each in entries if each.featured],
        topics=topics,
        words=words,
        topic=topic,
        helpdesk=str(hub.helpdesk_url) if hub.helpdesk_url else "",
    )


ROUTES: Final = [Route("/resources", resources)]
