"""The cutover's own parts; on real hosts it is in tests/e2e/test_cutover.py."""
