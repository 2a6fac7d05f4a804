"""Bodies about parties: parties, officers, the host's keys, rosters, handovers, approvals."""
