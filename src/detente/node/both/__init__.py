"""What host and station must understand alike: registration of keys, who speaks for a party, the envelope of a submission."""
