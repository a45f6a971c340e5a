"""Reads lib0's encoding (github.com/dmonad/lib0), which Yjs updates and messages are written in."""

from __future__ import annotations


class Malformed(ValueError):
    """Bytes that are no message or update of Yjs, or one that this document does not take; says why."""


class Reader:
    """Reads a byte string from its begin; every method raises Malformed at its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def ended(self) -> bool:
        """Whether all was read."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """One byte."""
        if self._at >= len(self._data):
            raise Malformed("it ends too early")
        self._at += 1
        return self._data[self._at - 1]

    def uint(self) -> int:
        """A whole number of at most 64 bits."""
        number = shift = 0
        while True:
            one = self.byte()
            number |= (one & 0x7F) << shift
            if one < 0x80:
                return number
            shift += 7
            if shift > 63:
                raise Malformed("a number is too long")

    def take(self, length: int) -> bytes:
        """So many bytes."""
        if length > len(self._data) - self._at:
            raise Malformed("it ends too early")
        self._at += length
        return self._data[self._at - length : self._at]

    def bytes(self) -> bytes:
        """A length and so many bytes."""
        return self.take(self.uint())

    def text(self) -> str:
        """A length in bytes and so much UTF-8."""
        try:
            return self.bytes().decode()
        except UnicodeDecodeError as error:
            raise Malformed("it holds text that is not UTF-8") from error

    def pass_any(self, depth: int = 0) -> None:
        """Passes over one JSON value; raises Malformed for what is not JSON, or nested more than eight deep."""
        kind = self.byte()
        match kind:
            case 119:
                self.text()
            case 125:
                while self.byte() >= 0x80:
                    pass
            case 124:
                self.take(4)
            case 123 | 122:
                self.take(8)
            case 120 | 121 | 126 | 127:
                pass
            case 117 | 118 if depth < 8:
                for _ in range(self.uint()):
                    if kind == 118:
                        self.text()
                    self.pass_any(depth + 1)
            case _:
                raise Malformed("it holds a value that is not plain JSON")


def uint(number: int) -> bytes:
    """A whole number, written."""
    out = bytearray()
    while number > 0x7F:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    out.append(number)
    return bytes(out)


def sized(data: bytes) -> bytes:
    """Bytes after their length, written."""
    return uint(len(data)) + data


__all__ = ["Malformed", "Reader", "sized", "uint"]
