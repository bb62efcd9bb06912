"""The assignment of columns to meanings against scipy's, ties included."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from extractors.table.assignment import best_assignment


def _gains(seed: int) -> list[list[float]]:
    rng = random.Random(seed)
    rows = rng.randint(1, 12)
    width = rows + rng.randint(0, 18)
    values = [-50.0, -3.0, -1.2, -0.6, 0.0, 0.5, 4.0] if seed % 2 else [rng.uniform(-5, 5) for _ in range(40)]
    return [[rng.choice(values) for _ in range(width)] for _ in range(rows)]


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_answers_are_those_of_scipy(seed: int) -> None:
    for one in range(seed, seed + 8):
        gains = _gains(one)
        assert best_assignment(gains) == linear_sum_assignment(-np.array(gains))[1].tolist()


def test_a_row_gives_way_where_the_sum_is_higher() -> None:
    assert best_assignment([[4.0, 3.0, 0.0], [4.0, 0.0, 0.0]]) == [1, 0]
    assert best_assignment([]) == []


def test_a_digital_page_does_without_scipy_and_opencv() -> None:
    code = "import sys, extractors.read, extractors.readers.pdf; sys.exit(bool({'scipy', 'cv2'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
