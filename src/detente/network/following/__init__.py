"""How a station keeps up with its host: the stream of checkpoints, the leaves and entries behind each, and their check."""
