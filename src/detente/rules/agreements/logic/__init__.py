"""The small logic under agreements: formulas, their text, what can be monitored, the monitor, proofs, and a checker apart."""
