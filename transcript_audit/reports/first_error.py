"""A file whose first error is kept, to be told once by whoever opened it."""

from __future__ import annotations

from typing import BinaryIO


class FirstError:
    """A binary file that takes everything, and keeps what went wrong in writing for `tell_error`.

    A ZIP archive that failed is written to once more as it is collected, and would print a
    traceback of its own then.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._error: OSError | None = None
        self._place = 0

    def write(self, data: bytes) -> int:
        """Write; from the first error on, count what would be written."""
        if self._error is None:
            try:
                return self._out.write(data)
            except OSError as error:
                self._keep(error)
        self._place += len(data)
        return len(data)

    def flush(self) -> None:
        """Write what waits to be written."""
        if self._error is None:
            try:
                self._out.flush()
            except OSError as error:
                self._keep(error)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place, and say which it is.

        Raises:
            OSError: the file has no places, as a pipe has none.
        """
        self.flush()  # or seeking would, and tell of what went wrong
        if self._error is None:
            return self._out.seek(place, whence)
        self._place = place
        return place

    def tell(self) -> int:
        """The place where the next byte goes.

        Raises:
            OSError: the file has no places.
        """
        return self._out.tell() if self._error is None else self._place

    def tell_error(self) -> None:
        """Nothing; all was written.

        Raises:
            OSError: it was not, for this reason.
        """
        if self._error is not None:
            raise self._error

    def _keep(self, error: OSError) -> None:
        self._error = error
        self._place = 0
