"""Throwaway real hosts for the demo and the tests: virtual machines and systemd containers."""
