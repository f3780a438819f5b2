"""What does a subscribed calendar show?"""

from rotations.feeds.calendar import calendar_of
from rotations.feeds.entries import Entry, Feed, entries_of, etag_of, feed_of, links_to_publish

__all__ = ["Entry", "Feed", "calendar_of", "entries_of", "etag_of", "feed_of", "links_to_publish"]
