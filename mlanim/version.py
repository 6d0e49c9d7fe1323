"""The version of the package, which a wheel and every output bear."""

__version__ = "0.1.0"
