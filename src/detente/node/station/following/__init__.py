"""What a station takes in from its host: leaves, checkpoints and entries, checked in the order of belief and folded into the picture."""
