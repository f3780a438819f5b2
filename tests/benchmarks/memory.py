"""How much memory do remembered plans take? Counted by ``tracemalloc``, which sees what Python allocates."""

import gc
import tracemalloc
from collections.abc import Iterator

from django.utils import timezone

from rotations.queries import forget, on_call
from tests.benchmarks.company import people, schedules
from tests.benchmarks.rows import Row

COUNT = 100


def rows() -> Iterator[Row]:
    """Yield what stays of each schedule once it was asked for, and the most that reading them took."""
    everyone = people(100, name="kept")
    for members in (8, 100):
        asked = schedules(COUNT, of=everyone[:members], name=f"kept{members}-")
        now = timezone.now()
        # Whatever is made but once, such as the table of a zone, is made here.
        on_call(asked[:1], at=now)
        forget()
        gc.collect()
        tracemalloc.start()
        on_call(asked, at=now)
        gc.collect()
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        yield Row(f"memory of a remembered plan, {members} members", kept / COUNT / 1024, "KiB")
        note = f"{peak / COUNT / 1024:.3g} each"
        yield Row(f"at most while {COUNT} such plans are read", peak / 1024, "KiB", note=note)
        forget()
