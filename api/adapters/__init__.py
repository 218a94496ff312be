"""Translators of what other platforms speak, one file a platform."""
