"""The API described as OpenAPI 3.1, published at ``/api/v1/openapi.json``.

Written by hand and held to the truth by tests: every route is described and no other, and what the server
really replies fits what is said here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kiosk.openapi.calls import CALLS, TAGS
from kiosk.openapi.parts import SECURITY, paths, refusals
from kiosk.openapi.schemas import schemas

ABOUT = """
How phones, consoles, test clients and integrations speak with one room. `docs/protocol.md` tells it as a
story, and tells of the sockets, which bring the news; everything here is also possible without them.

JSON goes in, JSON comes out. Every refusal is `application/problem+json` with a stable `code`; `detail` is a
sentence for the person behind the request, in the language of `?lang=`, the `kiosk_lang` cookie or
`Accept-Language`.

A cookie alone never changes anything: a request that changes something needs our own `Origin` beside it, as
browsers send, or a Bearer token. A foreign `Origin` or `Host` is always refused.
""".strip()


@cache
def document() -> dict[str, Any]:
    """The whole description, as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Voting kiosk",
            "version": "1.0.0",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This room"}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": paths(CALLS),
        "components": {
            "schemas": schemas(),
            "responses": refusals(CALLS),
            "securitySchemes": SECURITY,
        },
    }
