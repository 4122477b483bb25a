"""A proxy between a client and a server, which cuts connections when it is told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import sqlalchemy as sa


class Proxy:
    """Passes bytes on between its own port and a server.

    :param server: host and port of the server.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.port: int = self._door.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        """Cut each connection that is open; new ones are welcome."""
        for end in list(self._ends):
            _shut(end)

    def close(self) -> None:
        """Cut everything, and accept nothing more."""
        _shut(self._door)
        self._threads[0].join()
        self.cut()
        for thread in self._threads[1:]:
            thread.join()
        for end in (self._door, *self._ends):
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the door is shut
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self._server)
                self._ends += [client, server]
                for ends in ((client, server), (server, client)):
                    self._threads.append(threading.Thread(target=_pass_on, args=ends))
                    self._threads[-1].start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # cut
        while chunk := source.recv(65536):
            target.sendall(chunk)
    _shut(target)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side may have gone by itself
        end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def cutting(url: str) -> Iterator[tuple[str, Proxy]]:
    """Give a URL that leads through a proxy to the server of another, and the proxy.

    :param url: of a database on a server with a port.
    """
    parsed = sa.make_url(url)
    default = {"postgresql": 5432, "mysql": 3306}[parsed.get_backend_name()]
    proxy = Proxy((parsed.host or "127.0.0.1", parsed.port or default))
    try:
        yield parsed.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False), proxy
    finally:
        proxy.close()
