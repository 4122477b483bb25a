"""What the commands of the command line share: the group, a session, colours, progress, signals."""

from __future__ import annotations
