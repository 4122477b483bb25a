"""The conformance suite, one module for each thing that a dialect has to get right."""

from __future__ import annotations
