"""Places, heights and positions as people write and speak them: read, checked against each other, and read back."""
