"""The exit codes of the command line: this module is their documentation.

====  ==========================================================================================================
code  when
====  ==========================================================================================================
0     done
1     an error: one message on standard error says what is wrong and what to do
2     the command line could not be understood: an unknown command or option, a missing argument
3     ``check`` found differences between models and database
4     ``current --check-heads``: the database is not at every head; ``plan --check``: there is something to run
130   interrupted with Ctrl-C (128 + SIGINT)
141   whoever read the output went away, such as ``head`` in ``whimbrel history | head`` (128 + SIGPIPE)
143   terminated (128 + SIGTERM)
====  ==========================================================================================================

3 and 4 are said by the errors themselves: see ``exit_code`` in :mod:`whimbrel.errors`.
"""

from __future__ import annotations

from typing import Final

DONE: Final = 0
ERROR: Final = 1
USAGE: Final = 2
DIFFERENCES: Final = 3
NOT_AT_HEAD: Final = 4
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
TERMINATED: Final = 143
