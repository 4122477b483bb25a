"""From settings to a connection, sync or async, and from a coroutine to its result wherever one stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, engine_from_config, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from whimbrel.errors import ConfigError
from whimbrel.runtime.failure import unreachable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


def parsed_url(url: str | URL) -> URL:
    """Return *url* as SQLAlchemy's value.

    :raises ConfigError: it is no database URL; the message does not repeat it, since it may hold a password.
    """
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # ValueError: the port is no number, perhaps because it is half a password
        raise ConfigError(
            "The database URL cannot be read.",
            "It looks like  dialect+driver://user:password@host:port/database ; a password with @ : / or % in it "
            "has to be percent-encoded, as urllib.parse.quote does.",
            key="sqlalchemy.url",
        ) from None


@contextmanager
def connected(url: str, options: Mapping[str, Any]) -> Iterator[Connection]:
    """Connect to *url* and close the connection, and its engine, at the end.

    :param options: further keywords of ``create_engine`` by name, as text or as TOML has them.
    :raises DatabaseUnreachable: the server is down or refuses.
    """
    parsed = parsed_url(url)
    with _explained(parsed):
        engine = engine_from_config({**options, "url": parsed}, prefix="", poolclass=NullPool)
        connection = engine.connect()
    try:
        with connection:
            yield connection
    finally:
        engine.dispose()


@asynccontextmanager
async def connected_async(url: str, options: Mapping[str, Any]) -> AsyncIterator[AsyncConnection]:
    """Do as :func:`connected` over an async driver."""
    # Imported here because asyncio costs a synchronous run a tenth of its start-up.
    import asyncio

    from sqlalchemy.ext.asyncio import async_engine_from_config

    parsed = parsed_url(url)
    with _explained(parsed):
        engine = async_engine_from_config({**options, "url": parsed}, prefix="", poolclass=NullPool)
        try:
            connection = await engine.connect()
        except Exception:
            # aiosqlite's thread has a last word for the event loop; were that closed by then, it would print a
            # traceback of its own.
            await asyncio.sleep(0.1)
            raise
    try:
        yield connection
    finally:
        await connection.close()
        await engine.dispose()


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, OSError) as error:
        raise unreachable(error, url) from error
    except NoSuchModuleError as error:
        raise ConfigError(
            f"SQLAlchemy knows no dialect {url.drivername!r}.",
            "Install the package that brings it, or mend the first part of the database URL.",
            key="sqlalchemy.url",
        ) from error
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The driver for {url.drivername} is not installed (no module named {error.name!r}).",
            f"Install it into the environment that runs whimbrel:  pip install {error.name}",
            key="sqlalchemy.url",
        ) from error
    except Exception as error:
        # SQLAlchemy 2.0 lets what asyncpg raises while it connects come through as it is; 2.1 wraps it.
        if type(error).__module__.partition(".")[0] != url.get_driver_name():
            raise
        raise unreachable(error, url) from error


def run_async(function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
    """Run a coroutine function to its end and return its result, inside a running event loop too.

    Where a loop runs in this thread already, the coroutine gets a loop of its own in a thread of its own, with this
    thread's context variables, and this call waits for it.

    :param function: called with *args* and *kwargs*; returns what is awaited.
    """
    import asyncio

    async def wait() -> T:
        return await function(*args, **kwargs)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(wait())
    return _in_thread(asyncio.run, wait)


def _in_thread(run: Callable[[Coroutine[Any, Any, T]], T], wait: Callable[[], Coroutine[Any, Any, T]]) -> T:
    import contextvars
    import threading

    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(run(wait()))
        except BaseException as error:  # handed to the thread that waits
            errors.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="whimbrel-run-async")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
