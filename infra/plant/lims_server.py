"""The LIMS of the plant: SENAITE's JSON API over HTTP, with the traps of the real one.

Without the right token an answer is 200 with count 0. A filter the resource does not know is
ignored, and everything is returned. A list shows projections unless it is asked `complete=yes`.
`/auditlog?uid=UID` is the plant's own: see `infra.plant.lims_audit`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from urllib.parse import urlencode

from infra.plant.laboratory import Sample
from infra.plant.lims_audit import audit_trail
from infra.plant.lims_samples import analysis, batch, sample
from infra.plant.lims_setup import setup
from infra.plant.senaite import API, PUBLIC, Json, Stored
from infra.plant.story import Story
from infra.plant.web import Answer, Handler, Request

BASE = f"/senaite{API}/"
_RUNTIME = 0.01
_PAGE = 25
_JSON = "application/json"
_RESOURCES = (
    "batch",
    "analysisrequest",
    "analysis",
    "analysisspec",
    "analysisservice",
    "sampletype",
    "method",
    "instrument",
    "auditlog",
    "search",
)
FILTERS = {
    "UID": ("uid",),
    "uid": ("uid",),
    "id": ("id",),
    "getId": ("id",),
    "title": ("title",),
    "path": ("path",),
    "portal_type": ("portal_type",),
    "review_state": ("review_state",),
    "parent_uid": ("parent_uid",),
    "BatchID": ("BatchID",),
    "getBatchID": ("getBatchID",),
    "getBatchUID": ("getBatchUID",),
    "getClientSampleID": ("getClientSampleID",),
    "getSampleTypeTitle": ("getSampleTypeTitle",),
    "getKeyword": ("getKeyword",),
    "getRequestID": ("getRequestID",),
    "getServiceUID": ("getServiceUID",),
    "getRetestOfUID": ("getRetestOfUID",),
}
_AUDIT_FILTERS = {"uid": ("object_uid", "parent_uid"), "UID": ("object_uid", "parent_uid")}


Held = Callable[[Sequence[tuple[str, str]]], Sequence[Stored]]
"""Gives what the LIMS holds at this moment, as far as a query may be about it."""
Taken = tuple[tuple[Story, tuple[Sample, ...]], ...]
"""The batches of the LIMS, each with its samples."""


def lims_objects(taken: Taken, seed: int) -> tuple[Stored, ...]:
    """Return everything the LIMS holds, in the order its lists have."""
    products = tuple(dict.fromkeys(story.product for story, _ in taken))
    return (*setup(products, seed), *objects_of(taken, seed))


def objects_of(taken: Taken, seed: int) -> tuple[Stored, ...]:
    """Return everything the LIMS holds of some batches."""
    every = [one for _, listed in taken for one in listed]
    return (
        *(batch(story.batch, listed[0].received, seed) for story, listed in taken),
        *(sample(one, seed) for one in every),
        *(analysis(found, one, seed) for one in every for found in one.findings),
        *chain.from_iterable(audit_trail(one, seed) for one in every),
    )


def lims(held: Held, token: str) -> Handler:
    """Return what answers the questions to the LIMS."""

    def answer(request: Request) -> Answer:
        resource, _, uid = request.path.removeprefix(BASE).partition("/")
        if not request.path.startswith(BASE):
            return _error("Not Found")
        if resource == "version":
            return _version()
        if resource not in _RESOURCES:
            return _error("Not Found")
        objects = held((("uid", uid), *request.query) if uid else request.query)
        question = _Question(request, resource, complete=bool(uid), objects=objects)
        if not _knows(request, token):
            return question.listed([])
        found = [one for one in objects if resource in {one.resource, "search"}]
        if uid:
            found = [one for one in found if one.content["uid"] == uid]
            if not found:
                return _error("No object found")
        return question.listed(_filtered(found, request, resource))

    return answer


def _version() -> Answer:
    url = f"{PUBLIC}{API}/version"
    version = {"url": url, "date": "2025-04-04", "version": "2.6.0", "_runtime": _RUNTIME}
    return Answer(json.dumps(version).encode(), _JSON)


def _knows(request: Request, token: str) -> bool:
    offered = request.headers.get("authorization", "")
    return hmac.compare_digest(offered.encode(), f"Bearer {token}".encode())


def _filtered(found: list[Stored], request: Request, resource: str) -> list[Stored]:
    known = FILTERS | (_AUDIT_FILTERS if resource == "auditlog" else {})
    for name, value in request.query:
        keys = known.get(name, ())
        if found and any(key in found[0].content for key in keys):
            found = [one for one in found if value in {one.content.get(key) for key in keys}]
    return found


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to a resource: which page of it is wanted, and how much of each object."""

    request: Request
    resource: str
    complete: bool
    objects: Sequence[Stored]

    def listed(self, found: list[Stored]) -> Answer:
        """Return the page that was asked for, in the envelope of every list."""
        start = _number(self.request, "b_start", 0)
        size = _number(self.request, "limit", _PAGE) or _PAGE
        page = found[start : start + size]
        more = start + size < len(found)
        envelope = {
            "count": len(found),
            "pagesize": size,
            "items": [self._shown(one, children=self._wants("children")) for one in page],
            "page": start // size + 1,
            "_runtime": _RUNTIME,
            "next": self._link(start + size) if more else None,
            "pages": max(1, -(-len(found) // size)),
            "previous": self._link(max(0, start - size)) if start else None,
        }
        batches = frozenset(one.batch for one in page if one.batch)
        return Answer(json.dumps(envelope).encode(), _JSON, batches=batches)

    def _shown(self, one: Stored, *, children: bool) -> Json:
        item = one.content if self.complete or self._wants("complete") else one.projection
        if not children:
            return item
        held = [
            self._shown(other, children=False)
            for other in self.objects
            if other.content["parent_uid"] == item["uid"] and other.resource != "auditlog"
        ]
        return {**item, "children": held, "children_count": len(held)}

    def _wants(self, name: str) -> bool:
        return self.request.parameter(name) == "yes"

    def _link(self, start: int) -> str:
        query = {**dict(self.request.query), "b_start": str(start)}
        return f"{PUBLIC}{API}/{self.resource}?{urlencode(query)}"


def _number(request: Request, name: str, default: int) -> int:
    written = request.parameter(name)
    return int(written) if written.isdecimal() else default


def _error(message: str) -> Answer:
    body = {"_runtime": _RUNTIME, "message": message, "type": "APIError", "success": False}
    return Answer(json.dumps(body).encode(), _JSON, HTTPStatus.NOT_FOUND)
