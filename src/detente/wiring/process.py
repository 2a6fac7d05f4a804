"""What the host's process and a station's have in common: taking their ports, and an end that is said in one sentence."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from detente.errors import DetenteError, Unavailable, exit_code
from detente.wiring.config import split_address


def take_port(listen: str, field: str, folder: Path, backlog: int) -> tuple[socket.socket, str]:
    """Listen at ADDRESS:PORT; return the socket and where it listens. Unavailable: another process has the port, or it is not ours."""
    address, port = split_address(listen, field)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        sock = socket.create_server((address, port), family=family, backlog=backlog)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                f"{listen} is taken: another process listens there, perhaps a {folder.name} that runs already. "
                f"End it, or choose another port for `{field}` in the configuration in {folder}"
            ) from error
        raise Unavailable(f"cannot listen at {listen} (`{field}` in {folder}): {error.strerror}") from error
    shown = f"[{address}]" if ":" in address else address
    return sock, f"{shown}:{sock.getsockname()[1]}"


def main(run: Callable[[Path], None], folder: Path) -> int:
    """Run a process to its end; return its exit code. What ends it on purpose is said in one line on standard error."""
    try:
        run(folder)
    except DetenteError as error:
        print(error, file=sys.stderr)
        return exit_code(error)
    return 0
