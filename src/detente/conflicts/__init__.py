"""What comes too close to what, and how a party may say so without saying where it is.

`pairs` decides which notices worry each other; `screening` answers for hidden presence; `cells` and `budget`
keep that answer from becoming a locator; `coarse` makes the coarse facet of a notice and checks it when the full one is opened.
"""
