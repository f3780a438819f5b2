"""Calendar readers of others, which our feeds are put to."""
