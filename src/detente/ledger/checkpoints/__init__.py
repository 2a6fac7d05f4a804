"""Signed sizes of the tree: notes, checkpoints, proofs against them, cosignatures, witnesses, and the proof of a fork."""
