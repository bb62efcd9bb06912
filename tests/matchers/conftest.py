from __future__ import annotations

from pathlib import Path

import pytest
from erp_rows import write_exports

from connectors.erp import ErpSnapshot, load_erp


@pytest.fixture(scope="session")
def erp(tmp_path_factory: pytest.TempPathFactory) -> ErpSnapshot:
    folder: Path = tmp_path_factory.mktemp("erp")
    return load_erp(write_exports(folder))
