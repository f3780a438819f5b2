"""What other domains may need to act on in the same transaction."""

from django.dispatch import Signal

# Sent by ``services.people`` inside the transaction of the deactivation, with ``person`` (the row as it now stands),
# ``by`` (the Actor) and ``now``. A receiver that raises takes the deactivation back.
person_deactivated = Signal()
