"""What people see of results: pages for the terminal, and files in several formats."""
