"""A scene drawn again as it is written."""
