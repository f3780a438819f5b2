"""How do people sign in and change their password? Django's own views, in our look."""

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone

from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import edit_person


class SignInForm(AuthenticationForm):
    """Asks for the address with the keyboard that phones have for it."""

    username = UsernameField(widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}))


class ChangePasswordForm(PasswordChangeForm):
    """Asks for the old password, and has the service write the new one."""

    def save(self, commit: bool = True) -> Person:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Write the new password; ``user`` becomes the row as it now stands, which keeps the session alive."""
        me = Actor.of_person(self.user)
        self.user = edit_person(self.user, password=self.cleaned_data["new_password1"], by=me, now=timezone.now())
        return self.user


class SignIn(LoginView):
    """Whoever is signed in already is sent on."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class ChangePassword(PasswordChangeView):
    """The other sessions of the person end; this one stays."""

    form_class = ChangePasswordForm
    template_name = "pages/password_change.html"
    success_url = reverse_lazy("board")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
