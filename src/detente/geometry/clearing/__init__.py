"""Why two volumes come too close, and the least change of place or time that parts them."""
