"""What is asked? A contact, what it needs, and the states it passes through."""
