"""Pages: the gallery, embeds, notebooks."""
