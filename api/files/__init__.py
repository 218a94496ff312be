"""Files people hand to Klik and get from it: CSV tables, JSON documents, numeric problems; a fault has its place."""
