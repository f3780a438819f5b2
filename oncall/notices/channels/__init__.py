"""How does a notice leave the house? One file for each way; values in, outcomes out, and nothing of the database."""
