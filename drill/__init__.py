"""Drills: a real desk is killed, starved and lied to under load, and afterwards everything is counted.

Tests that run long; ``make drill`` runs them all. What they share with the quick ones is in `tests/faults`.
"""
