"""The page of a live figure: one HTML file, whose style and script need nothing from elsewhere.

Its fonts hold the Latin and Greek letters and the usual signs of Source Sans Pro, under the licence
of that, which keeps its name for the whole of it.
"""
