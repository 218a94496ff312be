"""The ways a customer and an employee can meet.

Names are those of the default framework's channel facet, so that a preference and an offer speak one language.
"""

CHANNEL = "channel"  # the facet of these names, in every framework that has it
CHANNELS = ("web_info", "self_service", "chat", "phone", "email", "desk")
