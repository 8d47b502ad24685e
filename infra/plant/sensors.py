"""Everything that the equipment of the plant recorded, tag by tag."""

from __future__ import annotations

from infra.plant.schedule import schedule
from infra.plant.series import Series, joined
from infra.plant.story import Story


def plant_history(stories: tuple[Story, ...], seed: int) -> tuple[Series, ...]:
    """Return everything that the equipment recorded for these batches.

    A tag of equipment that several batches used one after the other is one series; those tags come
    after the tags of one batch alone.
    """
    runs: dict[str, list[Series]] = {}
    for story in stories:
        for series in story.product.history(story, schedule(story, seed), seed):
            runs.setdefault(series.tag, []).append(series)
    alone = [parts[0] for parts in runs.values() if len(parts) == 1]
    shared = [joined(parts) for parts in runs.values() if len(parts) > 1]
    return (*alone, *shared)
