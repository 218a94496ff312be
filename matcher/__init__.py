"""Decides: values in, decisions out. No file, socket, clock, randomness or environment of its own."""
