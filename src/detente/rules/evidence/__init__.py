"""Claims, origins, times and bundles: what was said, by whom, on what ground, and how it is shown to someone who trusts neither side."""
