"""Lines, arrows, dots, bars, keys and gauges that follow data."""
