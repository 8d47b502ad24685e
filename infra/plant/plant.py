"""The demo plant: its MES, its LIMS and its equipment, started and stopped together."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from infra.plant import authority, opcua_server
from infra.plant.batches import SEED, STORIES
from infra.plant.faults import EQUIPMENT, LIMS, MES, Faults
from infra.plant.history import encoded
from infra.plant.later_server import later
from infra.plant.life import Life
from infra.plant.lims_server import lims
from infra.plant.mes_server import mes
from infra.plant.remembered import Remembered
from infra.plant.sensors import plant_history
from infra.plant.site import AUTHORITY_FOLDER, Ports
from infra.plant.web import ClosedPort, Handler, WebServer


@dataclass(slots=True)
class Plant:
    """The servers of one made-up plant on the loopback: its three systems, and who stamps time."""

    seed: int = SEED
    faults: Faults = field(default_factory=Faults)
    token: str = field(default_factory=lambda: secrets.token_hex(24))
    folder: Path | None = None
    """Where the time-stamp authority keeps its files; without it there is none."""
    set_at: datetime | None = None
    """When, by this machine, the plant's clock began to run; without it, it stands still."""
    remembered: Remembered | None = None
    """What happened in it before it was started again; without it, it begins anew."""
    _web: list[WebServer] = field(default_factory=list)
    _closed: list[ClosedPort] = field(default_factory=list)
    _equipment: opcua_server.Running | None = None
    _authority: authority.Authority | None = None

    async def start(self) -> Ports:
        """Start the servers and return their ports."""
        life = self.remembered.life if self.remembered else Life(self.seed, self.set_at)
        control = WebServer(later(self.remembered or life), "POST")
        self._web.append(control)
        return Ports(
            mes=await self._serve(MES, mes(life)),
            lims=await self._serve(LIMS, lims(life.objects, self.token)),
            equipment=await self._serve_equipment(),
            later=await control.start(),
            timestamps=self._serve_authority(),
        )

    async def stop(self) -> None:
        """Stop the servers and give back the ports."""
        for server in self._web:
            await server.stop()
        for port in self._closed:
            port.free()
        if self._equipment is not None:
            await self._equipment.stop()
        if self._authority is not None:
            self._authority.stop()

    async def _serve(self, source: str, handler: Handler) -> int:
        if self.faults.down(source):
            return self._take()
        server = WebServer(self.faults.bent(source, handler))
        self._web.append(server)
        return await server.start()

    async def _serve_equipment(self) -> int:
        if self.faults.down(EQUIPMENT):
            return self._take()
        histories = tuple(encoded(series) for series in plant_history(STORIES, self.seed))
        self._equipment = await opcua_server.start(histories, self.faults)
        return self._equipment.port

    def _serve_authority(self) -> int | None:
        if self.folder is None or not authority.found():
            return None
        self._authority = authority.Authority(self.folder / AUTHORITY_FOLDER)
        return self._authority.start()

    def _take(self) -> int:
        port = ClosedPort()
        self._closed.append(port)
        return port.take()
