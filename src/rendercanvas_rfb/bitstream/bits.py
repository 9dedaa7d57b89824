"""Bits in and out, most significant first, and the codes that parameter sets of video are written in."""

from __future__ import annotations

from ..errors import BitstreamError

__all__ = ["BitReader", "BitWriter"]


class BitReader:
    """Reads bits; `BitstreamError` at the end of the data.

    Args:
        data: Without emulation prevention bytes.

    Attributes:
        length: Bits in the data.
    """

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self.length = 8 * len(data)
        self._left = self.length

    @property
    def position(self) -> int:
        """How many bits were read."""
        return self.length - self._left

    def bits(self, count: int) -> int:
        """u(count) of H.264 clause 7.2, f(count) of AV1 and VP9."""
        if count > self._left:
            raise BitstreamError(f"the header ends {count - self._left} bits too early")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def flag(self) -> bool:
        """u(1)."""
        return self.bits(1) == 1

    def unsigned(self) -> int:
        """ue(v) of H.264 clause 9.1, uvlc() of AV1; at most 2**32 - 2."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > 31:
                raise BitstreamError("an Exp-Golomb code of the header is longer than 63 bits")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """se(v) of H.264 clause 9.1.1."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)

    def limited(self, name: str, most: int) -> int:
        """ue(v) that must not exceed ``most``."""
        value = self.unsigned()
        if value > most:
            raise BitstreamError(f"{name} must be at most {most}, not {value}")
        return value

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The bits from position ``start`` to before ``end`` as a number, and how many they are. Reads nothing."""
        count = end - start
        return self._value >> (self.length - end) & ((1 << count) - 1), count


class BitWriter:
    """Writes bits. Each method returns the writer."""

    def __init__(self) -> None:
        self._value = 0
        self._count = 0

    def bits(self, value: int, count: int) -> BitWriter:
        """u(count). `ValueError` where the value has more bits."""
        if value < 0 or value >> count:
            raise ValueError(f"{value} does not fit in {count} bits")
        self._value = self._value << count | value
        self._count += count
        return self

    def flags(self, *values: bool) -> BitWriter:
        """u(1) for each."""
        for value in values:
            self.bits(int(value), 1)
        return self

    def unsigned(self, *values: int) -> BitWriter:
        """ue(v) for each."""
        for value in values:
            self.bits(value + 1, 2 * (value + 1).bit_length() - 1)
        return self

    def signed(self, *values: int) -> BitWriter:
        """se(v) for each."""
        return self.unsigned(*(2 * value - 1 if value > 0 else -2 * value for value in values))

    def closed(self) -> bytes:
        """The bytes, with rbsp_trailing_bits: a one, then zeros up to the end of a byte."""
        zeros = -(self._count + 1) % 8
        return (((self._value << 1) | 1) << zeros).to_bytes((self._count + 1 + zeros) // 8, "big")
