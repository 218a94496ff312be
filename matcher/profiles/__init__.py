"""Who is this person? Value systems, channels and decision styles, each a distribution with its uncertainty."""
