"""The admin of what machines may do."""

from oncall.access.admin import tokens

__all__ = ["tokens"]
