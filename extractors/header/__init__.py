"""Reads everything of an order except its line items: numbers, dates, terms, totals and parties.

The steps: ``view`` (words to segments) → ``labels`` (segments to label hits) → ``places`` (where a value may stand) →
``readings`` (words to a typed value) → ``fields``, ``totals``, ``parties`` (the choice among the candidates).
"""
