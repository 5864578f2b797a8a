"""What is typed: the command line, and what it prints; nothing is imported here."""
