"""Changes to bytes of the kind that a fuzzer makes, from a seed: the same seed makes the same changes."""

from __future__ import annotations

from random import Random

__all__ = ["mutated"]

INTERESTING = (
    *(b"", b"\0", b"\xff", b"\n", b"\0\0\1", b"\0\0\3", b'"', b"{}"),
    *(b"null", b"1e999", b"-0", b"\xed\xa0\x80", b"%00"),
)
"""What parsers trip over."""


def mutated(data: bytes, random: Random) -> bytes:
    """``data`` with one to eight changes: bits flipped, bytes left out, doubled, replaced, exchanged."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        begin = random.randint(0, len(changed))
        end = min(len(changed), begin + random.choice((0, 1, 1, 2, 4, 16, 64)))
        match random.randrange(5):
            case 0 if begin < len(changed):
                changed[begin] ^= 1 << random.randrange(8)
            case 1:
                del changed[begin:end]
            case 2:
                changed[begin:begin] = changed[begin:end]
            case 3:
                changed[begin:end] = random.choice(INTERESTING)
            case _:
                changed[begin:end] = random.randbytes(end - begin)
    return bytes(changed)
