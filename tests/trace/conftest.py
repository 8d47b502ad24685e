"""A small package that stays open for traces, and the same in a folder."""

import pytest
from small_package import SmallPackage

from contracts.tracer import Tracer


@pytest.fixture(scope="session")
def package():
    return SmallPackage()


@pytest.fixture(scope="session")
def tracer(package):
    return Tracer(package.read, package.span)


@pytest.fixture(scope="session")
def folder(package, tmp_path_factory):
    found = tmp_path_factory.mktemp("package")
    for path, data in package.members.items():
        (found / path).parent.mkdir(exist_ok=True)
        (found / path).write_bytes(data)
    return found
