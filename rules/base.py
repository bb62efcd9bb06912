"""What every rule has: its codes, the policy keys it reads, and the policies."""

from __future__ import annotations

from rules.policy import Policies


class PolicyRule:
    """A rule over ``MatchedOrder`` (``pipeline.interfaces.Rule``); a subclass adds ``check``.

    ``codes`` are the exception codes it may give, ``settings`` the dotted policy keys it reads, as ``explain`` shows.
    """

    codes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
