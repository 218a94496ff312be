"""What each way of the assignment portfolio costs, beside other solvers: `python -m benchmarks.assignment`."""
