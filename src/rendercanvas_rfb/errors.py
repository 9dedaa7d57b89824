"""Every error that this package raises on purpose. Imports nothing."""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "AddressError",
    "BitstreamError",
    "CloseCode",
    "ConfigurationError",
    "ConnectionClosed",
    "DeviceError",
    "EncoderBusyError",
    "EncoderError",
    "FrameError",
    "MessageError",
    "ProtocolError",
    "RecordingError",
    "RfbError",
    "StateError",
]


class CloseCode(IntEnum):
    """WebSocket close codes; the meanings are in ``docs/protocol.md``."""

    NORMAL = 1000
    GOING_AWAY = 1001
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN_ORIGIN = 4403
    UNKNOWN_DISPLAY = 4404
    TIMEOUT = 4408
    TOO_LARGE = 4413
    TOO_SLOW = 4420
    VERSION = 4426
    TOO_MANY = 4429
    INTERNAL = 4500


class RfbError(Exception):
    """Base class of the errors of this package."""


class ProtocolError(RfbError):
    """The other side of a connection broke the protocol; that connection ends with ``code``.

    Attributes:
        code: The close code to send.
        reason: What was wrong, in words for the other side. Short enough for a close frame
            (123 bytes of UTF-8, RFC 6455 section 5.5).
    """

    def __init__(self, reason: str, code: CloseCode = CloseCode.BAD_MESSAGE) -> None:
        super().__init__(f"{reason} (close code {int(code)})")
        self.code = code
        self.reason = truncate_reason(reason)


class ConnectionClosed(RfbError):
    """The connection is closed.

    Attributes:
        code: The close code, 1006 where the connection broke without one (RFC 6455 section 7.1.5).
        reason: What the other side said, or an empty string.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"connection closed with code {code}" + (f": {reason}" if reason else ""))
        self.code = code
        self.reason = reason

    def anew(self) -> ConnectionClosed:
        """The same, to be raised by who keeps this one.

        An error that is kept and raised holds the frames that it went through, and with them all that they held: a
        session that has ended, and the pictures that wait in it, until Python's garbage collector comes by.
        """
        return ConnectionClosed(self.code, self.reason)


class FrameError(RfbError, ValueError):
    """A picture has a shape, dtype or size that cannot be shown; the message says which is accepted."""


class DeviceError(FrameError):
    """The device on which a picture lies failed, so that it cannot be read or converted; no encoder is to blame."""


class MessageError(RfbError, ValueError):
    """A message to viewers is no JSON value, too long, or one too many; the message says which are accepted."""


class EncoderError(RfbError):
    """An encoder could not be opened or could not encode a frame."""


class EncoderBusyError(EncoderError):
    """An encoder cannot be had now, and may well be later: its sessions or its memory are taken."""


class RecordingError(RfbError):
    """A recording cannot be written, or no longer; the message names the file."""


class BitstreamError(RfbError, ValueError):
    """Bytes that should be a bitstream of video end too early or have a value that the standard does not allow."""


class ConfigurationError(RfbError, ValueError):
    """An argument or environment variable has a value that is not accepted."""


class AddressError(RfbError, OSError):
    """The server cannot listen where it was told to."""


class StateError(RfbError, RuntimeError):
    """A state machine was given an event that its state does not allow; nothing was changed."""


def truncate_reason(reason: str, limit_bytes: int = 123) -> str:
    """Cut ``reason`` to ``limit_bytes`` bytes of UTF-8 at a character boundary; what UTF-8 lacks becomes "?"."""
    return reason.encode(errors="replace")[:limit_bytes].decode(errors="ignore")
