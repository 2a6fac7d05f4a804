"""Views of evidence: what a viewer holds that bears on claims."""
