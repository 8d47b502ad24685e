"""A LIMS that holds what a live SENAITE was recorded to hold, and filters by its real indexes only.

As the real one: a filter that is no index of the resource's catalogue is ignored, and everything
comes back; without the token everything looks empty.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from sources_fetch.scripted_http import says

RECORDED = Path(__file__).with_name("senaite")
CATALOGUES = {
    "batch": "senaite_catalog",
    "analysisrequest": "senaite_catalog_sample",
    "analysis": "senaite_catalog_analysis",
    "auditlog": "senaite_catalog_auditlog",
}
Page = dict[str, object]


def recorded(name: str) -> list[dict]:
    return json.loads((RECORDED / f"{name}.json").read_bytes())["items"]


@dataclass
class RecordedLims:
    """Use as a step of a scripted server; `bend` may change each page before it is sent."""

    token: str = ""
    largest_page: int = 1000
    resources: dict[str, list[dict]] = field(default_factory=dict)
    bend: Callable[[str, int, Page], Page | bytes] = lambda _resource, _start, page: page

    def __post_init__(self) -> None:
        self.resources = {
            "batch": recorded("batch_complete"),
            "analysisrequest": recorded("analysisrequest_complete"),
            "analysis": recorded("analysis_complete"),
            "auditlog": [],
        }
        self.indexes = {one["id"]: set(one["indexes"]) for one in recorded("catalogs")}

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        address = urlsplit(handler.path)
        prefix, _, resource = address.path.rpartition("/")
        assert prefix == "/senaite/@@API/senaite/v1"
        query = dict(parse_qsl(address.query))
        if resource not in self.resources:
            says(b'{"message": "Not Found", "success": false}', 404, "application/json")(handler)
            return
        page = self.bend(resource, int(query["b_start"]), self.page(handler, resource, query))
        body = page if isinstance(page, bytes) else json.dumps(page).encode()
        says(body, 200, "application/json")(handler)

    def page(self, handler: BaseHTTPRequestHandler, resource: str, query: dict[str, str]) -> Page:
        known = handler.headers.get("Authorization", "") == (self.token and f"Bearer {self.token}")
        found = self.resources[resource] if known else []
        for name in self.indexes[CATALOGUES[resource]] & query.keys():
            found = [item for item in found if item.get(name) == query[name]]
        start, size = int(query["b_start"]), min(int(query["limit"]), self.largest_page)
        elsewhere = "http://another-host.example/next"
        return {
            "count": len(found),
            "pagesize": size,
            "items": found[start : start + size],
            "next": elsewhere if start + size < len(found) else None,
        }
