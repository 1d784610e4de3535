"""The guidance site: build it with `build_site`, ask with `needs_building` whether anything has changed."""

from intake.site.build import build_site, needs_building

__all__ = ["build_site", "needs_building"]
