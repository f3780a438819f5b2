"""How fast, against the budgets of DESIGN 5? Run ``python -m tests.benchmarks``; never asserted in tests."""
