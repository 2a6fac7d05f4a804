"""How a party says that something of its own is too close without saying where it is.

`screening` answers for hidden presence; `cells` and `budget` keep that answer from becoming a locator, `probing` notices who tries;
`coarse` makes the coarse facet of a notice and checks it when the full one is opened.
"""
