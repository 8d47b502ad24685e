"""Two small packages of one batch: their readings differ, and so do their roots."""

import pytest
from small_package import SmallPackage

from contracts.prover import Prover


@pytest.fixture(scope="session")
def package():
    return SmallPackage()


@pytest.fixture(scope="session")
def other():
    return SmallPackage(seed=5)


@pytest.fixture(scope="session")
def prover(package):
    return Prover(package.read, package.span)
