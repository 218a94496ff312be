"""The acceptance thresholds of the profiles, measured on simulated people."""
