"""How is a body read that may be without end, or small only until it is unpacked?"""

import zlib

from urllib3 import HTTPResponse

from rotations.outgoing.limits import Unreachable

PIECE = 16 * 1024
PACKED = {"gzip", "x-gzip", "deflate"}
# Tells zlib to find out itself whether it reads gzip or deflate.
EITHER = zlib.MAX_WBITS | 32


def body_of(response: HTTPResponse, *, most: int) -> bytes:
    """Return the whole body, unpacked; in memory there is never more of it than ``most`` bytes and a piece.

    Raises:
        Unreachable: ``too_large``; ``unreachable`` for a packing that was not asked for, or one that is damaged.
        urllib3.exceptions.HTTPError: it ended before the length that was announced.
    """
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in PACKED | {"", "identity"}:
        raise Unreachable("unreachable", "The answer is packed in a way that was not asked for.")
    unpacking = _Unpacking() if packing in PACKED else None
    received, body = 0, bytearray()
    # Not ``stream()``: urllib3 reads the length of a chunk as one line, however long that line is.
    while piece := response.read(PIECE, decode_content=False):
        received += len(piece)
        body += unpacking.unpack(piece, most=most + 1 - len(body)) if unpacking else piece
        if max(received, len(body)) > most:
            raise Unreachable("too_large", f"The answer is larger than {most} bytes.")
    if unpacking and received and not unpacking.is_complete:
        raise Unreachable("unreachable", "The answer is packed, and ends before its end.")
    return bytes(body)


class _Unpacking:
    """One body packed by gzip (RFC 1952: one member after the other) or deflate."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(EITHER)

    @property
    def is_complete(self) -> bool:
        return self._member.eof

    def unpack(self, piece: bytes, *, most: int) -> bytes:
        """Return what ``piece`` holds, at most ``most`` bytes of it."""
        unpacked = bytearray()
        while piece and len(unpacked) < most:
            if self._member.eof:
                self._member = zlib.decompressobj(EITHER)
            try:
                unpacked += self._member.decompress(piece, most - len(unpacked))
            except zlib.error as problem:
                raise Unreachable("unreachable", "The answer is packed, and damaged.") from problem
            piece = self._member.unused_data or self._member.unconsumed_tail
        return bytes(unpacked)
