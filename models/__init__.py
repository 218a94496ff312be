"""Remembers: all that outlives a request, in SQL, as wake-ups and on the shelf of classifiers."""
