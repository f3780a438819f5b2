"""The only writers of the project's own tables."""
