"""The best assignment of rows to columns, exact, for tables of a dozen rows.

The shortest augmenting path of Jonker and Volgenant as Crouse gives it (IEEE Transactions on Aerospace and Electronic
Systems 52, 2016), with the order of ``scipy.optimize.linear_sum_assignment``, so that ties fall the same way. scipy
itself takes half a second and 44 MB to import, more than all else that reading needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf


def best_assignment(gains: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row such that no column serves twice and the sum of ``gains`` is highest.

    Rows are of one length and at most as many as columns; gains are finite.
    """
    paths = _Paths([[-gain for gain in row] for row in gains])
    for row in range(len(gains)):
        paths.augment(row)
    return paths.column_of


class _Paths:
    """Rows assigned so far, with the dual prices that prove the assignment best."""

    def __init__(self, costs: Sequence[Sequence[float]]) -> None:
        self._costs = costs
        self._width = len(costs[0]) if costs else 0
        self._row_price = [0.0] * len(costs)
        self._column_price = [0.0] * self._width
        self._row_of = [-1] * self._width
        self.column_of = [-1] * len(costs)

    def augment(self, start: int) -> None:
        """Assigns one more row, moving others where that is cheaper."""
        came_from, reach, rows, columns, least = self._shortest(start)
        self._row_price[start] += least
        for row in rows[1:]:
            self._row_price[row] += least - reach[self.column_of[row]]
        for column in columns:
            self._column_price[column] -= least - reach[column]
        column, row = columns[-1], -1
        while row != start:
            row = came_from[column]
            self._row_of[column] = row
            self.column_of[row], column = column, self.column_of[row]

    def _shortest(self, row: int) -> tuple[list[int], list[float], list[int], list[int], float]:
        """The cheapest way from a row to a free column: by column the row before it and the cost up to it, then rows
        and columns passed, in their order, and the cost of the whole way."""
        came_from, reach = [-1] * self._width, [inf] * self._width
        left = list(range(self._width - 1, -1, -1))
        rows, columns, least = [row], list[int](), 0.0
        while not columns or self._row_of[columns[-1]] >= 0:
            row = self._row_of[columns[-1]] if columns else row
            rows += [row] if columns else []
            costs, price = self._costs[row], self._row_price[row]
            nearest, lowest = -1, inf
            for place, column in enumerate(left):
                cost = least + costs[column] - price - self._column_price[column]
                if cost < reach[column]:
                    reach[column], came_from[column] = cost, row
                cost = reach[column]
                if cost < lowest or (cost == lowest and self._row_of[column] < 0):
                    nearest, lowest = place, cost
            least = lowest
            columns.append(left[nearest])
            left[nearest] = left[-1]
            left.pop()
        return came_from, reach, rows, columns, least
