"""Takes nothing: every event passes."""
