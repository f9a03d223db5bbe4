"""Turns what students uploaded into submissions: finds the files that count, extracts nothing."""

from .choices import remember
from .layouts import LAYOUTS
from .uploads import Intake, collect, take_in

__all__ = ["LAYOUTS", "Intake", "collect", "remember", "take_in"]
