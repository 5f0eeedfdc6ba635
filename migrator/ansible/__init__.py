"""Ansible plugins: thin callers of the stages, and the courier that carries our programs."""
