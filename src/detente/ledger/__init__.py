"""Bytes, signatures, proofs. Knows neither notices nor geometry. No clock, socket, file or random number.

One text per value: canonical. Keys: keys. What a party signs: facets, entry, shown. What the tree holds: leaf, tree.
Who may sign: genesis, identity. What is proven to whom: note, checkpoint, cosignature, witness, tiles, proof, receipt,
delivered (told), opening (disclosure and erasure).
"""
