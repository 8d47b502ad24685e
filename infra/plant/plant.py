"""The demo plant: its MES, its LIMS and its equipment, started and stopped together."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from infra.plant import opcua_server
from infra.plant.batches import FOREIGN, SEED, STORIES
from infra.plant.faults import EQUIPMENT, LIMS, MES, Faults
from infra.plant.history import encoded
from infra.plant.lims_server import lims, lims_objects
from infra.plant.mes_server import mes
from infra.plant.sensors import plant_history
from infra.plant.site import Ports
from infra.plant.web import ClosedPort, Handler, WebServer


@dataclass(slots=True)
class Plant:
    """Three servers of one made-up plant on the loopback."""

    seed: int = SEED
    faults: Faults = field(default_factory=Faults)
    token: str = field(default_factory=lambda: secrets.token_hex(24))
    _web: list[WebServer] = field(default_factory=list)
    _closed: list[ClosedPort] = field(default_factory=list)
    _equipment: opcua_server.Running | None = None

    async def start(self) -> Ports:
        """Start the three servers and return their ports."""
        held = lims_objects((*STORIES, FOREIGN), self.seed)
        return Ports(
            mes=await self._serve(MES, mes(STORIES, self.seed)),
            lims=await self._serve(LIMS, lims(held, self.token)),
            equipment=await self._serve_equipment(),
        )

    async def stop(self) -> None:
        """Stop the servers and give back the ports."""
        for server in self._web:
            await server.stop()
        for port in self._closed:
            port.free()
        if self._equipment is not None:
            await self._equipment.stop()

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

    def _take(self) -> int:
        port = ClosedPort()
        self._closed.append(port)
        return port.take()
