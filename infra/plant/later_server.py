"""How the plant is told to go on: `POST /later` with what is to happen, as JSON.

`{"batch": "CART-26-0001", "what": "sterility-final"}`; `keyword`, `result` and `reason` say which
test, what it finds and why; `count` and `copy_of` say how many batches are added, and like which.
This port is the demo's and the tests' own: no real plant has it.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from infra.plant.late import UnknownLaterError
from infra.plant.life import Life
from infra.plant.remembered import Remembered
from infra.plant.senaite import Json
from infra.plant.web import Answer, Handler, Request

PATH = "/later"


def later(life: Life | Remembered) -> Handler:
    """Return what lets things happen in the plant."""

    def answer(request: Request) -> Answer:
        if request.path != PATH:
            return _told({"error": f"only {PATH} is here"}, HTTPStatus.NOT_FOUND)
        try:
            asked = json.loads(request.body)
            if not isinstance(asked, dict):
                raise UnknownLaterError("a JSON object says what is to happen")
            return _told(life.go_on(asked))
        except (ValueError, RecursionError) as error:
            return _told({"error": str(error)}, HTTPStatus.BAD_REQUEST)

    return answer


def _told(said: Json, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(json.dumps(said).encode() + b"\n", "application/json", status)
