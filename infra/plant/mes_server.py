"""The MES of the plant: a list of batches and their batch records, over HTTP.

`GET /batches` answers JSON, `GET /batches/{id}/record` a BatchProductionRecord.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus

from infra.plant.record import batch_record
from infra.plant.schedule import schedule
from infra.plant.story import Story
from infra.plant.web import Answer, Handler, Request

_TEXT = "text/plain; charset=utf-8"


def mes(stories: tuple[Story, ...], seed: int) -> Handler:
    """Return what answers the questions to the MES."""
    listing = Answer(_listing(stories, seed), "application/json")
    records = {f"/batches/{story.batch}/record": _record(story, seed) for story in stories}

    def answer(request: Request) -> Answer:
        if request.path == "/batches":
            return listing
        if request.path in records:
            return records[request.path]
        words = f"There is no batch record at {request.path}.\n"
        return Answer(words.encode(), _TEXT, HTTPStatus.NOT_FOUND)

    return answer


def _listing(stories: tuple[Story, ...], seed: int) -> bytes:
    listed = [
        {
            "batch": story.batch,
            "product": story.product.code,
            "state": "Completed",
            "completed_at": schedule(story, seed)[-1].run.end.isoformat(timespec="seconds"),
        }
        for story in stories
    ]
    return json.dumps(listed, indent=2).encode() + b"\n"


def _record(story: Story, seed: int) -> Answer:
    body = batch_record(story, seed)
    finished = schedule(story, seed)[-1].run.end.astimezone(UTC)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        "Last-Modified": format_datetime(finished, usegmt=True),
    }
    return Answer(body, "application/xml", headers=headers, batches=frozenset({story.batch}))
