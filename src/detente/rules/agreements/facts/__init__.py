"""What happened, as terms see it: occurrences, who they concern, and what each is worth as evidence."""
