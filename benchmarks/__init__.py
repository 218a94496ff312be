"""What Klik costs, measured: `make bench` prints each figure beside its target and the least it could be."""
