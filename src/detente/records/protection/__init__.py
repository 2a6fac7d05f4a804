"""Bodies about protected places, humanitarian movements and lifelines."""
