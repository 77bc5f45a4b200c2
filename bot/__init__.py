"""A quiz bot for teams that want to be good at senior Python interviews."""

__version__ = "0.1.0"
