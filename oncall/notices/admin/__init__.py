"""What of notices is seen and set in the admin: the log of what was sent, and the webhooks."""

from oncall.notices.admin.messages import MessagesAdmin
from oncall.notices.admin.webhooks import EndpointsAdmin

__all__ = ["EndpointsAdmin", "MessagesAdmin"]
