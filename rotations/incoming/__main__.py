"""Read one calendar from standard input and answer on standard output; started by :mod:`rotations.incoming.confined`.

The first line of the input is the question, the rest is the calendar. The limits, which are the arguments, hold before
anything of it is read.
"""

import resource
import sys
from contextlib import suppress


def _confine(seconds: int, memory: int) -> None:
    for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0)):
        # Some systems, macOS among them, know no limit of the address space.
        with suppress(ValueError):
            resource.setrlimit(what, (most, most))


def main() -> None:
    """Answer one question."""
    _confine(int(sys.argv[1]), int(sys.argv[2]))
    # Here, because importing the libraries takes time and memory, too.
    from rotations.incoming import messages, reading, terms  # noqa: PLC0415

    question = messages.question_from(sys.stdin.buffer.readline())
    try:
        answer = messages.answer_to_json(reading.read_calendar(sys.stdin.buffer.read(), question))
    except terms.Unreadable as refusal:
        answer = messages.refusal_to_json(refusal)
    except MemoryError:
        answer = messages.refusal_to_json(terms.Unreadable("too_expensive", "It takes too much memory to read."))
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
