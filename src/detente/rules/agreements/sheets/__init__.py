"""Status sheets: where an agreement stands, for people, as a value, as HTML and as Markdown."""
