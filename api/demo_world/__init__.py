"""A small believable day at an energy company that does not exist: what `klik demo` plays through the service."""
