"""What holding a contact for a better fit gains and costs, in a made-up world."""
