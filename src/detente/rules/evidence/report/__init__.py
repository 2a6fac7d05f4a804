"""The report of one day: what it says, its words, its page and its drawing."""
