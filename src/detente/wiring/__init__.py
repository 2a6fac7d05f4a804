"""The only place that chooses storage, keys, clock and peers."""
