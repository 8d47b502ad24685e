"""Reads which flows a plant runs, when and on which event, from the one place that says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml
from prefect.events import DeploymentTriggerTypes
from prefect.flows import Flow
from prefect.schedules import Cron, Interval, Schedule
from pydantic import TypeAdapter

from contracts.errors import NotFoundError, SiteError

_TRIGGER: Final[TypeAdapter[DeploymentTriggerTypes]] = TypeAdapter(DeploymentTriggerTypes)
_PLACES: Final = (
    Path(__file__).resolve().parent.parent / "prefect.yaml",  # a checkout
    Path(__file__).resolve().with_name("prefect.yaml"),  # an installed wheel
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One deployment as `prefect.yaml` declares it."""

    name: str
    flow: Flow[..., Any]
    description: str
    tags: tuple[str, ...]
    parameters: Mapping[str, Any]
    schedules: tuple[Schedule, ...]
    triggers: tuple[DeploymentTriggerTypes, ...]

    @property
    def full_name(self) -> str:
        """The deployment as Prefect's command line and pages name it."""
        return f"{self.flow.name}/{self.name}"


def declared(file: Path | None = None) -> tuple[Declared, ...]:
    """Return every deployment of `prefect.yaml`, its flow loaded by module path.

    Raises:
        NotFoundError: there is no such file.
        SiteError: it declares something this program does not know.
    """
    found = [one for one in ((file,) if file else _PLACES) if one.is_file()]
    if not found:
        raise NotFoundError("no prefect.yaml", expected="the file of deployments")
    content = yaml.safe_load(found[0].read_text("utf-8"))
    return tuple(_declared(one) for one in content["deployments"])


def modules(file: Path | None = None) -> tuple[str, ...]:
    """Return the modules that hold the declared flows."""
    return tuple(sorted({one.flow.fn.__module__ for one in declared(file)}))


def _declared(stated: dict[str, Any]) -> Declared:
    name = stated["name"]
    triggers = [
        _TRIGGER.validate_python({"name": f"{name} on event {number}", **one})
        for number, one in enumerate(stated.get("triggers", ()), start=1)
    ]
    return Declared(
        name=name,
        flow=flow_of(stated["entrypoint"]),
        description=stated.get("description", ""),
        tags=tuple(stated.get("tags", ())),
        parameters=stated.get("parameters", {}),
        schedules=tuple(_schedule(one, name) for one in stated.get("schedules", ())),
        triggers=tuple(triggers),
    )


def flow_of(entrypoint: str) -> Flow[..., Any]:
    """Return the flow at a module path such as `flows.prepare_review.prepare_review`.

    Raises:
        SiteError: there is no flow.
    """
    module, _, name = entrypoint.rpartition(".")
    found = getattr(import_module(module), name, None)
    if not isinstance(found, Flow):
        raise SiteError(f"no flow at {entrypoint}", expected="a module path", where="prefect.yaml")
    return found


def _schedule(stated: dict[str, Any], name: str) -> Schedule:
    told: dict[str, Any] = {"slug": stated.get("slug"), "parameters": stated.get("parameters", {})}
    zone = stated.get("timezone", "UTC")
    if "interval" in stated:
        return Interval(timedelta(seconds=stated["interval"]), timezone=zone, **told)
    if "cron" in stated:
        return Cron(stated["cron"], timezone=zone, **told)
    raise SiteError(
        f"a schedule of {name} with neither interval nor cron",
        expected="interval (seconds) or cron",
        where="prefect.yaml",
    )
