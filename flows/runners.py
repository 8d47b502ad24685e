"""Which of Prefect's task runners judges a history: threads, Dask or Ray, by setting."""

from typing import Any, Final

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from contracts.errors import SiteError
from flows.settings import Settings

KINDS: Final = ("threads", "dask", "ray")


def runner_of(settings: Settings) -> TaskRunner[Any]:
    """Return the task runner that the settings name; Dask and Ray are extras.

    Raises:
        SiteError: there is none of this name, or its extra is not installed.
    """
    workers, cluster = settings.workers, settings.cluster
    match settings.runner:
        case "threads":
            return ThreadPoolTaskRunner(max_workers=workers)
        case "dask":
            return _dask(workers, cluster)
        case "ray":
            return _ray(workers, cluster)
        case other:
            raise SiteError(
                f"the task runner '{other[:40]}'",
                expected=", ".join(KINDS),
                where="the setting BATCHPROOF_RUNNER",
                move="the administrator corrects the setting",
            )


def _dask(workers: int, cluster: str) -> TaskRunner[Any]:
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise _not_installed("dask") from error
    if cluster:
        return DaskTaskRunner(address=cluster)
    return DaskTaskRunner(
        cluster_kwargs={
            "n_workers": workers,
            "threads_per_worker": 1,
            "processes": True,
            "host": "127.0.0.1",
            "dashboard_address": "127.0.0.1:0",
        }
    )


def _ray(workers: int, cluster: str) -> TaskRunner[Any]:
    try:
        from prefect_ray.task_runners import RayTaskRunner
    except ImportError as error:
        raise _not_installed("ray") from error
    if cluster:
        runner: TaskRunner[Any] = RayTaskRunner(address=cluster)
    else:
        runner = RayTaskRunner(init_kwargs={"num_cpus": workers, "include_dashboard": False})
    return runner


def _not_installed(extra: str) -> SiteError:
    return SiteError(
        f"the task runner '{extra}' without its library",
        expected=f"Batchproof installed with its extra '{extra}'",
        where="the setting BATCHPROOF_RUNNER",
        move="the administrator installs it",
    )
