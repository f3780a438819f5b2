"""A made-up company to look around in."""
