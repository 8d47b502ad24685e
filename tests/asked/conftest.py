"""Packages that stay open for questions."""

import pytest

from contracts.tracer import Tracer
from tasks.members import reader_of, spans_of


def opened(folder):
    return Tracer(reader_of(folder), spans_of(folder)).package


@pytest.fixture(scope="session")
def folders(two_packages):
    return two_packages


@pytest.fixture(scope="session")
def ready(two_packages):
    return opened(two_packages["CART-26-0001"])


@pytest.fixture(scope="session")
def not_ready(two_packages):
    return opened(two_packages["CART-26-0002"])
