"""The store: a standard OCI image layout that all hosts share, and the index of what is in it."""

from migrator.store.blob import BlobWriter
from migrator.store.index import Index
from migrator.store.layout import Store
from migrator.store.span import Layer

__all__ = ["BlobWriter", "Index", "Layer", "Store"]
