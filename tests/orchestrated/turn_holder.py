"""A worker in a process of its own that holds the turn at a batch: turn_holder.py SITE BATCH."""

import sys
import time

from flows.office import open_office
from tasks.turn import turn_at

site, batch = sys.argv[1:]
with open_office(site) as desk, turn_at(desk, batch, 60):
    sys.stdout.write("mine\n")
    sys.stdout.flush()
    time.sleep(600)
