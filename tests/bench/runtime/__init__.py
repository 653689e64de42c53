"""The parts of the benchmark of the script runtime."""
