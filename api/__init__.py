"""Speaks: HTTP, command line and worker. Translates and never decides."""
