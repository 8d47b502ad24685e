"""A run, the worker and the server ended by SIGKILL while a served plant prepares batches.

`python -m infra.bench.killing --kills 100` is the same with a hundred instants.
"""

import socket

from infra.bench.killing import faults, killed
from infra.bench.served_plant import served


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_nothing_is_lost_and_nothing_is_twice_after_kills(tmp_path):
    with served(tmp_path, free_port()) as one:
        batches = killed(one, kills=3, seed=5)
        assert not list(faults(one.home, batches))
    assert sum(one.killed.values()) == len(batches) - 1


def test_a_lost_package_and_a_second_evaluation_would_be_noticed(tmp_path):
    """The counting itself: an empty ledger has none of the batches that it is asked about."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / ".CART-26-1001-half").mkdir()
    told = list(faults(tmp_path, ["CART-26-1001"]))
    assert "CART-26-1001: 0 finished evaluations, not 1" in told
    assert any("half written" in one for one in told)
