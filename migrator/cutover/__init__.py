"""A cutover as a journal of steps: each is checked, done, and can be taken back."""
