"""Limits of a share that was counted in a sample, by Clopper and Pearson (Biometrika 26, 1934): exact."""

from __future__ import annotations


def upper_bound(wrong: int, of: int, risk: float) -> float:
    """One-sided upper limit of a share: 1 - ``risk`` confident. 1 without any evidence."""
    return 1.0 if wrong >= of else _beta_quantile(wrong + 1, of - wrong, 1 - risk)


def clopper_pearson(n: int, of: int, risk: float = 0.05) -> tuple[float, float] | None:
    """The two-sided interval of a share, 1 - ``risk`` confident; None for none."""
    if not of:
        return None
    return (_beta_quantile(n, of - n + 1, risk / 2) if n else 0.0), upper_bound(n, of, risk / 2)


def _beta_quantile(a: int, b: int, share: float) -> float:
    from scipy.special import betaincinv  # takes 0.2 s to load (scipy.stats a second), and every command comes by here

    return float(betaincinv(a, b, share))
