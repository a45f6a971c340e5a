"""CEL's engine, where it is looked for: it reaches nothing outside, and projections compute, too."""

from madeleine_miniapp.application.cel import CelEngine as CelEngine
