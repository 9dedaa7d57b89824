"""Writes parameter sets bit by bit, independently of what is tested."""

from __future__ import annotations


class BitWriter:
    def __init__(self) -> None:
        self.text = ""

    def bits(self, count: int, value: int) -> BitWriter:
        self.text += format(value, f"0{count}b")
        return self

    def unsigned(self, *values: int) -> BitWriter:
        for value in values:
            code = format(value + 1, "b")
            self.text += "0" * (len(code) - 1) + code
        return self

    def signed(self, *values: int) -> BitWriter:
        return self.unsigned(*(2 * value - 1 if value > 0 else -2 * value for value in values))

    def flags(self, *values: bool | int) -> BitWriter:
        self.text += "".join("1" if value else "0" for value in values)
        return self

    def add(self, *others: BitWriter) -> BitWriter:
        self.text += "".join(other.text for other in others)
        return self

    def raw(self) -> bytes:
        """With trailing bits, without emulation prevention."""
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))

    def unit(self, header: bytes = b"\x67") -> bytes:
        return header + protect(self.raw())


def protect(data: bytes) -> bytes:
    """Insert emulation prevention bytes (7.4.1.1)."""
    out = bytearray()
    for byte in data:
        if byte <= 3 and out.endswith(b"\0\0"):
            out.append(3)
        out.append(byte)
    return bytes(out)
