"""Views: what one viewer's readable entries add up to, and the one driver that folds them.

A view is mutable, is changed by the fold driver alone, and is a function of the entries applied and of nothing else.
Everything shown says at which ledger size and time it stands, and *incomplete* where an entry was not understood.
"""
