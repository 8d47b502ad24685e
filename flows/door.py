"""The door before Prefect's form: a provider's word about who asks becomes a grant for this once.

A reverse proxy that asserts identity sends `POST /api/deployments/{id}/create_flow_run` here, and
everything else to Prefect itself. The provider's token never reaches Prefect.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from contracts.errors import BatchproofError, IntegrityError, RefusedError, UnavailableError
from contracts.plain import plain
from tasks.desk import Desk
from tasks.grants import granted
from tasks.identity import asked_of

PATH: Final = "/api/deployments/{deployment}/create_flow_run"
_LARGEST: Final = 262_144
_PATIENCE: Final = 30
_OWN: Final = "same-origin"
_SITES: Final = (_OWN, "none")
"""Where a browser says a request comes from (W3C Fetch Metadata); a program says nothing."""
_ASKED: Final = frozenset({"parameters", "name", "tags", "state", "idempotency_key"})
"""What a person may say of a run: not where it runs, by which command, or with what settings."""
_STRICT: Final = "enforce_parameter_schema"
_TOKEN_HEADERS: Final = ("x-forwarded-id-token", "authorization")
_STATUS: Final[Mapping[type[BatchproofError], HTTPStatus]] = {
    RefusedError: HTTPStatus.FORBIDDEN,
    IntegrityError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnavailableError: HTTPStatus.BAD_GATEWAY,
}


def door(desk: Desk, prefect: httpx.AsyncClient) -> FastAPI:
    """Return the door's application; `prefect` asks the upstream server, below its `/api`."""
    app = FastAPI(title="Batchproof's door", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post(PATH)
    async def create_flow_run(deployment: UUID, request: Request) -> Response:
        try:
            asked = await _asked(request)
            known = await _known(prefect, deployment)
            asked = _allowed(asked, known)
            parameters = {**known["parameters"], **asked.pop("parameters", {})}
            person, grant = await run_in_threadpool(
                granted, desk, _token(request), asked_of(parameters)
            )
        except BatchproofError as error:
            status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
            return JSONResponse({"detail": error.in_words()}, status)
        body = {**asked, "parameters": {**parameters, "user": person.user, "code": grant}}
        return await _forwarded(prefect, deployment, request, body)

    return app


def client_of(upstream: str, auth: str = "") -> httpx.AsyncClient:
    """Return what asks the Prefect server at `upstream`; `auth` is its `user:password`, if any."""
    user, _, password = auth.partition(":")
    return httpx.AsyncClient(
        base_url=upstream.rstrip("/").removesuffix("/api"),
        auth=(user, password) if auth else None,
        timeout=_PATIENCE,
    )


def _token(request: Request) -> str:
    """Return the provider's token as the proxy hands it over; empty if there is none."""
    for name in _TOKEN_HEADERS:
        value = request.headers.get(name, "")
        if value:
            return value.removeprefix("Bearer ").strip()
    return ""


async def _asked(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("sec-fetch-site", _OWN) not in _SITES:
        raise RefusedError(
            "a request that another page may have had a browser send",
            expected="JSON, from Prefect's own page or from a program",
            where="the door",
        )
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > _LARGEST:
            raise IntegrityError(
                "a very long request", expected=f"at most {_LARGEST} bytes", where="the door"
            )
    try:
        body = httpx.Response(HTTPStatus.OK, content=data).json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("parameters", {}), dict):
        raise IntegrityError(
            "what is no request for a flow run",
            expected="JSON as Prefect's form sends it",
            where="the door",
        )
    return body


def _allowed(asked: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what goes on to Prefect; what says no more than the deployment itself is left out.

    Prefect's form repeats the deployment's queue and job variables, and says whether it looked at
    the parameters; whether Prefect looks at them is the deployment's to say.

    Raises:
        IntegrityError: The request says something else about the run.
    """
    other = sorted(
        name
        for name, value in asked.items()
        if name not in _ASKED | {_STRICT} and not _is_empty(value) and value != known.get(name)
    )
    if other:
        raise IntegrityError(
            f"a request that sets {plain(', '.join(other))}",
            expected=f"no more than {', '.join(sorted(_ASKED))}",
            where="the door",
            move="leave these fields of the form as they are",
        )
    return {name: value for name, value in asked.items() if name in _ASKED}


def _is_empty(value: object) -> bool:
    """Tell whether a value says nothing: null, an empty list, or an object of such values."""
    if isinstance(value, dict):
        return all(map(_is_empty, value.values()))
    return value is None or value in ("", [])


async def _known(prefect: httpx.AsyncClient, deployment: UUID) -> dict[str, Any]:
    """Return the deployment as Prefect knows it: its parameters lie below what was asked."""
    try:
        answer = await prefect.get(f"/api/deployments/{deployment}")
        answer.raise_for_status()
        known = answer.json()
        known = {**known, "parameters": dict(known["parameters"] or {})}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise UnavailableError(
            f"no deployment to ask ({type(error).__name__})",
            expected="one that Prefect knows",
            where="the door",
        ) from None
    return known


async def _forwarded(
    prefect: httpx.AsyncClient, deployment: UUID, request: Request, body: Mapping[str, Any]
) -> Response:
    own = {name: value for name, value in request.headers.items() if name.startswith("prefect-")}
    try:
        answer = await prefect.post(PATH.format(deployment=deployment), json=body, headers=own)
    except httpx.HTTPError as error:
        words = UnavailableError(f"no answer from Prefect ({type(error).__name__})").in_words()
        return JSONResponse({"detail": words}, HTTPStatus.BAD_GATEWAY)
    media_type = answer.headers.get("content-type")
    return Response(answer.content, answer.status_code, media_type=media_type)
