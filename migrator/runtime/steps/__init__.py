"""The hooks' runner: it is installed on the target, beside the steps, and runs without us."""
