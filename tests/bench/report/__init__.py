"""What the benchmark drivers share: the machine in words, the results file, the plots."""
