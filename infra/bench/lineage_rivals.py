"""The same lineage as others would write it: which bytes of which capture each reading came from.

Each takes readings of the measured package and writes, for every one, its tag, its capture, and
where its bytes begin and how many they are; it returns how many bytes that took.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

Rows = list[dict[str, Any]]
"""Readings as mappings with `tag`, `time` (ns), `capture`, `offset` and `length`."""
_COLUMNS: Final = ("tag", "time", "capture", "offset", "length")
_AT: Final = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
_OURS: Final = "https://example.org/batchproof/"


def readings_of(file: Path, count: int) -> Rows:
    """Return the first readings of a package's Parquet file."""
    batches = pq.ParquetFile(file).iter_batches(batch_size=count, columns=list(_COLUMNS))
    rows: Rows = next(batches).to_pylist()
    return rows


def sqlmodel_rows(rows: Rows, folder: Path) -> int:
    """Write a row for each reading by SQLModel's session, into SQLite; return the file's size."""
    from sqlmodel import Field, Session, SQLModel, create_engine  # noqa: PLC0415 (only this one)

    class Lineage(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        tag: str
        time: int
        capture: str
        offset: int
        length: int

    file = folder / "lineage.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Lineage(**row) for row in rows])
        session.commit()
    engine.dispose()
    return file.stat().st_size


def prov_json(rows: Rows, folder: Path) -> int:
    """Write W3C PROV-JSON by the `prov` library: an entity for each reading and its derivation."""
    from prov.model import ProvDocument  # noqa: PLC0415 (only this one)

    document = ProvDocument()
    document.add_namespace("bp", _OURS)
    for capture in dict.fromkeys(row["capture"] for row in rows):
        document.entity(f"bp:capture/{capture}")
    for row in rows:
        name = f"bp:reading/{row['tag']}/{row['time']}"
        document.entity(name, {"bp:offset": row["offset"], "bp:length": row["length"]})
        document.wasDerivedFrom(name, f"bp:capture/{row['capture']}")
    file = folder / "prov.json"
    document.serialize(str(file), format="json")
    return file.stat().st_size


def openlineage_events(rows: Rows, folder: Path) -> int:
    """Write one OpenLineage event for each reading, by its client's own classes."""
    return _events(([row] for row in rows), folder)


def openlineage_fields(rows: Rows, folder: Path) -> int:
    """Write one OpenLineage event a capture, each reading a field of it: the least."""
    captures: dict[str, Rows] = {}
    for row in rows:
        captures.setdefault(row["capture"], []).append(row)
    return _events(captures.values(), folder)


def _events(groups: Any, folder: Path) -> int:  # noqa: ANN401 (an iterable of rows)
    from openlineage.client import event_v2 as ol  # noqa: PLC0415 (only this one)
    from openlineage.client.facet_v2 import column_lineage_dataset as facet  # noqa: PLC0415
    from openlineage.client.serde import Serde  # noqa: PLC0415
    from openlineage.client.uuid import generate_new_uuid  # noqa: PLC0415

    file = folder / "events.ndjson"
    with file.open("w") as out:
        for rows in groups:
            capture = rows[0]["capture"]
            fields = {
                f"{row['tag']}@{row['time']}": facet.Fields(
                    [facet.InputField("captures", capture, f"{row['offset']}+{row['length']}")]
                )
                for row in rows
            }
            lineage = facet.ColumnLineageDatasetFacet(fields)
            event = ol.RunEvent(
                eventTime=_AT.isoformat(),
                eventType=ol.RunState.COMPLETE,
                run=ol.Run(str(generate_new_uuid())),
                job=ol.Job("batchproof", "read"),
                producer=_OURS,
                inputs=[ol.InputDataset("captures", capture)],
                outputs=[ol.OutputDataset("readings", rows[0]["tag"], {"columnLineage": lineage})],
            )
            out.write(json.dumps(Serde.to_dict(event)) + "\n")
    return file.stat().st_size


RIVALS: Final[Mapping[str, Callable[[Rows, Path], int]]] = {
    "SQLModel rows": sqlmodel_rows,
    "PROV-JSON": prov_json,
    "OpenLineage, an event a value": openlineage_events,
    "OpenLineage, a field a value": openlineage_fields,
}
LIBRARIES: Final = ("sqlmodel", "prov.model", "openlineage.client.event_v2")
"""What they import; that is not measured."""
