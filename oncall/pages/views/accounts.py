"""How do people sign in and change their password? Django's own views, in our look."""

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy


class SignInForm(AuthenticationForm):
    """Asks for the address with the keyboard that phones have for it."""

    username = UsernameField(widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}))


class SignIn(LoginView):
    """Whoever is signed in already is sent on."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class ChangePassword(PasswordChangeView):
    """The other sessions of the person end; this one stays."""

    template_name = "pages/password_change.html"
    success_url = reverse_lazy("board")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
