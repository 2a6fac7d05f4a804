"""Bodies of evidence: reports, claims, assessments, bulletins, affiliations."""
