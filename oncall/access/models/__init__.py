"""Rows of the access app. Only ``oncall.access.services`` writes them."""

from oncall.access.models.tokens import ApiToken, Scope

__all__ = ["ApiToken", "Scope"]
