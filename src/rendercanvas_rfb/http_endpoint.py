"""The two addresses of a display for viewers without a WebSocket: what comes down, and what goes up."""

from __future__ import annotations

from collections.abc import Mapping

from .admission import Admission, Roster
from .auth import AuthContext
from .connections.http import HttpConnections, read_body
from .connections.websocket import Receive, Send
from .errors import ProtocolError
from .hub import Hub
from .responses import NO_STORE, Response, json_response

__all__ = ["HttpEndpoint"]

MAX_DIGITS = 15
"""Of the number of a message: more than will ever be sent, and exact as a number of JavaScript."""


class HttpEndpoint:
    """Serves ``/<name>/down`` and ``/<name>/up``; see "Over plain HTTP" in ``docs/protocol.md``.

    Args:
        hub: What can be watched.
        admission: Decides about requests.
        roster: Serves the viewers.
    """

    def __init__(self, hub: Hub, admission: Admission, roster: Roster) -> None:
        self._hub = hub
        self._admission = admission
        self._roster = roster
        self.connections = HttpConnections()

    async def send_down(
        self, name: str, context: AuthContext, receive: Receive, send: Send, headers: Mapping[str, str]
    ) -> None:
        """Open a connection where there is none of that id, and answer with what it brings.

        Raises:
            ProtocolError: The id is none.
        """
        id = context.query.get("id", "")
        connection = self.connections.find(name, id)
        if connection is None:
            place = self._hub.place(name)
            connection = self.connections.open(name, id, lambda opened: self._roster.watch(opened, place, context))
        await connection.answer(receive, send, headers, poll="poll" in context.query)

    async def take_up(self, name: str, context: AuthContext, receive: Receive) -> Response:
        """Hand on the messages of a request.

        Raises:
            ProtocolError: The page may not connect, or the request is not as it must be.
            ConnectionClosed: The connection has ended.
        """
        self._admission.check_page(context)
        first = context.query.get("first", "")
        if not (first.isascii() and first.isdecimal() and len(first) <= MAX_DIGITS):
            raise ProtocolError(f"first must be the number of a message, not {first[:20]!r}")
        connection = self.connections.find(name, context.query.get("id", ""))
        if connection is None:
            return json_response({"error": "no such connection"}, 404)
        body = await read_body(receive)
        try:
            # Not every line break of Unicode's: JSON may have some of them in its strings.
            messages = body.decode().split("\n") if body else []
        except UnicodeDecodeError:
            raise ProtocolError("messages must be UTF-8") from None
        await connection.take(int(first), messages)
        return Response(204, "text/plain", b"", NO_STORE)
