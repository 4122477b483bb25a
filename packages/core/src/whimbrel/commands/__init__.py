"""What can be asked of Whimbrel, one function a module, without a terminal; ``whimbrel.command`` hands them on."""

from __future__ import annotations
