"""The page of a live figure: one HTML file, whose style and script need nothing from elsewhere."""
