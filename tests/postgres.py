"""A pytest plugin: run the suite on PostgreSQL.

Loaded with ``-p``, never from conftest: by then pytest-django has read the settings, and would silently test SQLite.
"""
