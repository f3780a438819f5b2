"""The pages app: HTML for people."""
