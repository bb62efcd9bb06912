"""Makes our own samples: an invented supplier's ERP (world.py), orders with their truth (orders.py), and their looks.

world.py and orders.py know nothing of layouts; a layout only draws an ``OrderTruth`` and never changes it.
"""
