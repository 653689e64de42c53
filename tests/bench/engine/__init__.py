"""The parts of the engine benchmark. The two scripts in this folder are what it loads into tracks."""
