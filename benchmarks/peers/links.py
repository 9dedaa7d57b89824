"""A link as a process of its own: ``python links.py HOST PORT ROUND_TRIP_S BYTES_PER_S``, 0 for any bandwidth.

Prints its port, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys

from rendercanvas_rfb.testing.proxy import TcpProxy


async def main(host: str, port: str, round_trip_s: str, bytes_per_s: str) -> None:
    """Pass connections on until the input ends."""
    async with TcpProxy(host, int(port)) as proxy:
        proxy.set_round_trip(float(round_trip_s))
        # Both directions, as on a mobile or a shared line.
        proxy.to_client.bytes_per_s = proxy.to_server.bytes_per_s = float(bytes_per_s) or None
        print(proxy.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
