"""Commits in the tests of the pages are nobody's in particular."""

from tests.workflow.conftest import identity

__all__ = ["identity"]
