"""What each pattern means in the small logic. Start at `expand`."""
