"""Which pairs among many volumes may come too close: a search that leaves out none."""
