"""Where the comparison route of the benchmarks is; apart from the app, so that asking does not build a service."""

HELLO = "/hello"
