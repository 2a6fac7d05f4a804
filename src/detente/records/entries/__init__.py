"""Bodies about other entries: watermarks, disclosures, erasures, closings; and the rules between versions of one entry."""
