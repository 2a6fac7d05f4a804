"""What stations say to each other without the host."""
