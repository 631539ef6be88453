"""What a server serves: versions, limits and formats, and how much is in its store. Floor: web."""

from __future__ import annotations

from dataclasses import fields
from importlib.util import find_spec

from flask import Response

from provender.translators.census import Census, files_of, origin_of
from provender.translators.subjects import download_formats
from provender.translators.version import written_by
from provender.version import __version__
from provender.web.openapi.selections.about import EXTRAS, PRIVATE
from provender.web.resources.general import UNKNOWN, ServerInfo


class AboutStore(ServerInfo):
    """Answers what a client may want to know of the server and of its store."""

    @property
    def profile(self) -> str | None:
        """The profile that the query string names; None for that of the path."""
        return super(ServerInfo, self).profile

    def info(self) -> Response:
        """Answer versions, limits, formats and extras; never where the store is."""
        store, limits = self.context.store(self.profile), self.limits
        version = ".".join(self.dialect.version)
        return self.inform(
            {
                "info": {
                    "provender": __version__,
                    "api": {"prefix": self.dialect.prefix, "version": version},
                    "api_versions": self.context.endpoints.versions,
                    "store": {
                        "profile": store.profile.name,
                        "kind": store.profile.kind.value,
                        "schema": store.revision,
                        "aiida_version": written_by(store) or UNKNOWN,
                        "written_as": store.origin and store.origin.version,
                        "has_files": store.objects is not None,
                    },
                    "limits": {
                        item.name: getattr(limits, item.name)
                        for item in fields(limits)
                        if item.name not in PRIVATE
                    },
                    "formats": download_formats(None),
                    "extras": {name: find_spec(of) is not None for name, of in EXTRAS.items()},
                    "exposed": list(self.expose),
                }
            }
        )

    def statistics(self) -> Response:
        """Answer how many things the store has, when its nodes were made, and who wrote it."""
        found = self.inquire(Census(), is_named=False)
        numbers = {**found.value, **files_of(found.store)}
        return self.inform({"statistics": numbers, "archive": origin_of(found.store)}, found.notes)
