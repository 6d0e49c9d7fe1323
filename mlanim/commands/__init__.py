"""The commands of `mlanim`, a file a subject: each parses, calls the library, prints."""
