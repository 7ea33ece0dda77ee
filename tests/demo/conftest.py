"""One street of the default shape and some small ones, made once."""

from __future__ import annotations

from datetime import date

import pytest

from service.demo.files import DemoFile, write_files
from service.demo.records import Community
from service.demo.street import Street, make_street

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def street() -> Street:
    return make_street(residents_per_community=2000, today=TODAY)


@pytest.fixture(scope="session")
def communities(street: Street) -> list[Community]:
    return list(street.communities())


@pytest.fixture(scope="session")
def files(street: Street, tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    return write_files(street, tmp_path_factory.mktemp("street"))


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Street, list[DemoFile]]:
    """The smallest size the demo is offered for, with its files."""
    street = make_street(residents_per_community=50, today=TODAY)
    return street, write_files(street, tmp_path_factory.mktemp("small"))
