"""Whether what is learnt of pairs holds on public data and in worlds whose truth is known."""
