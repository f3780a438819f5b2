"""What do services and response plans have in common? A team of which they are, and one of each is the default."""

from typing import Any, ClassVar

from django.http import HttpRequest

from rotations.admin.acting import ChangedByManagers, acting_person, managed_teams
from rotations.admin.through_services import ServiceForm, ThroughServices


class OwnedForm(ServiceForm):
    """Managers give what they make to a team of theirs; only administrators keep it without one, or as the default."""

    managed: ClassVar[Any] = None
    may_choose_default: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "team" in self.fields:
            self.fields["team"].queryset = self.managed
            self.fields["team"].required = not self.may_choose_default
        if "is_default" in self.fields:
            self.fields["is_default"].disabled = not self.may_choose_default

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the default to the service, where a new one takes the place of the old."""
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own hook
        return exclusions | {"is_default"}


class OwnedAdmin(ChangedByManagers, ThroughServices):
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        teams, is_administrator = managed_teams(request), acting_person(request).is_superuser
        return type(form.__name__, (form,), {"managed": teams, "may_choose_default": is_administrator})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        team = None if acting_person(request).is_superuser else managed_teams(request).first()
        return {"team": team, **super().get_changeform_initial_data(request)}
