"""The API: HTTP and JSON for machines."""
