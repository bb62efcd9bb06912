"""The catalogue's index: built once for each state of the items, kept in one file, mapped by every worker.

``store.open_index`` gives the three parts: ``codes`` (numbers but for their spelling), ``near`` (numbers a character or
two off) and ``words`` (descriptions). Positions everywhere are those of ``Erp.items()``.
"""
