"""From a term and occurrences to a verdict, kept up to date as entries come late."""
