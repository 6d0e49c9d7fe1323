"""Decks: a lecture as one HTML page, as PowerPoint slides, as a PDF.

`lecture` reads what is asked for into a frozen `Deck`; `steps` renders its scenes and cuts them at
their pauses; `to_html`, `to_pptx` and `to_pdf` each write the steps in their own way.
"""
