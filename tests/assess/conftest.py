"""The databases of the store's own tests."""

from tests.store.conftest import bench, empty, postgres, sqlite

__all__ = ["bench", "empty", "postgres", "sqlite"]
