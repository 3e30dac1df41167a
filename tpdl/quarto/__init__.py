"""Quarto as a program: where it is and which version, how it renders a book, what it says when it fails."""
