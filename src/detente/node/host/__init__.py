"""What the host decides: whether an entry is admitted, in which order, what each party may read, and what it receives as proof."""
