"""What a run needs in memory, loaded once: every run is a fork of the process that did this."""

from expectations import suite
from flows.up_deployments import modules

LOADED = modules()
suite.warm_up()
