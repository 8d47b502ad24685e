"""The MES of the plant: a list of batches and their batch records, over HTTP.

`GET /batches` answers JSON, `GET /batches/{id}/record` a BatchProductionRecord.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.plant.record import batch_record
from infra.plant.schedule import schedule
from infra.plant.story import Story
from infra.plant.web import Answer, Handler, Request

if TYPE_CHECKING:
    from infra.plant.life import Life

_TEXT = "text/plain; charset=utf-8"
_REMEMBERED = 32


def mes(life: Life) -> Handler:
    """Return what answers the questions to the MES."""
    record = lru_cache(_REMEMBERED)(lambda story: _record(story, life.seed))

    def answer(request: Request) -> Answer:
        if request.path == "/batches":
            return Answer(_listing(life), "application/json")
        story = life.recorded(request.path.removeprefix("/batches/").removesuffix("/record"))
        if story is not None and request.path == f"/batches/{story.batch}/record":
            return record(story)
        words = f"There is no batch record at {request.path}.\n"
        return Answer(words.encode(), _TEXT, HTTPStatus.NOT_FOUND)

    return answer


def _listing(life: Life) -> bytes:
    return json.dumps(list(_listed(life)), indent=2).encode() + b"\n"


def _listed(life: Life) -> Iterator[dict[str, str | None]]:
    for story, completed in life.listed():
        yield {
            "batch": story.batch,
            "product": story.product.code,
            "state": "Completed" if completed else "Running",
            "completed_at": completed.isoformat(timespec="seconds") if completed else None,
        }


def _record(story: Story, seed: int) -> Answer:
    body = batch_record(story, seed)
    finished = schedule(story, seed)[-1].run.end.astimezone(UTC)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        "Last-Modified": format_datetime(finished, usegmt=True),
    }
    return Answer(body, "application/xml", headers=headers, batches=frozenset({story.batch}))
