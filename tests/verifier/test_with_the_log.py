"""What the log of the product writes the verifier reads: proof, history, tiles, checkpoint."""

import pytest
from log.log_nouns import LATER, LogKey, judged
from verifier.sealed import built, enveloped, sealed

from tasks.ledger.ledger import Ledger
from tasks.log import EvaluationLog
from tasks.log_tiles import write_tiles


@pytest.fixture
def logged(world, tmp_path):
    """A package sealed by the second writer and logged by the product, and the product's log."""
    package = sealed(world, built())
    key = LogKey("batchproof/demo")
    world.log_key = key.private
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        judged(ledger)
        log = EvaluationLog(ledger, key)
        seal = log.seal("CART-26-0001", 1, enveloped(world, package), LATER)
        judged(ledger, reason="late result")
        log.checkpoint()
        write_tiles(ledger.log, tmp_path / "log")
    package.files["seal/seal.json"] = seal.envelope
    package.files["seal/timestamp.tsr"] = world.tsa.stamp(seal.envelope)
    package.files["seal/seal.tlog-proof"] = seal.proof
    package.files["seal/history.json"] = seal.history
    return package


def test_the_products_log_is_read(world, logged, look, tmp_path):
    """Nothing is found but that the log's test filed other captures than the writer's."""
    trust = world.trust().replace(b'"use":"witness"', b'"use":"seal"')  # no witness was asked
    seen = (tmp_path / "log" / "checkpoint").read_text()
    report = look(world, logged, trust=trust, seen=seen, log=tmp_path / "log")
    assert [(one.check, one.words[:40]) for one in report.findings] == [
        (11, "The captures logged for evaluation 1 are")
    ]
    assert "the log continues what you saw (6 entries)" in " ".join(report.said)
    assert any("evaluations begun after this package: 2" in one for one in report.said)
