"""Which codes may a problem carry? Published: a caller may branch on them, so none is renamed or reused."""

# What a problem as a whole may be called.
CODES: dict[str, str] = {
    "invalid": "Something in the input is malformed or out of range; `errors` points at it.",
    "unknown_zone": "No such IANA time zone.",
    "unknown_person": "No such person.",
    "unknown_team": "No such team.",
    "unknown_schedule": "No such schedule.",
    "unknown_rotation": "No such rotation in this schedule.",
    "unknown_service": "No such service.",
    "window_too_long": "`from` and `until` are more than 400 days apart.",
    "in_the_past": "The moment has passed.",
    "person_required": "A service token names the person who acts, as `person`.",
    "not_authenticated": "No credentials were sent.",
    "invalid_token": "The bearer token is unknown, expired or revoked.",
    "not_permitted": "Seen, but not allowed for whoever acts.",
    "not_found": "Nothing is here, or nothing of yours.",
    "method_not_allowed": "This address does not answer to this method.",
    "not_acceptable": "None of the media types asked for is made here.",
    "stale_version": "`If-Match` names an older version.",
    "too_large": "The body is larger than 512 KiB.",
    "unsupported_media_type": "The body is not `application/json`.",
    "throttled": "Too many requests; `Retry-After` says when to come back.",
    "internal_error": "A bug in Oncall.",
    "unavailable": "The database is away; `Retry-After` says when to come back.",
}

# What one fault in `errors` may be called besides; the problem itself is then `invalid`.
FAULTS: dict[str, str] = {
    "required": "The field is missing.",
    "null": "The field may not be null.",
    "blank": "The field may not be empty.",
    "empty": "The list may not be empty.",
    "max_length": "The text or list is too long.",
    "min_value": "The number is too small.",
    "max_value": "The number is too large.",
    "invalid_choice": "Not one of the choices.",
    "not_a_list": "A list is needed.",
    "unique": "Something with this value exists already.",
    "unknown_field": "The body has a field that does not exist here.",
    "unknown_parameter": "The address has a parameter that does not exist here.",
    "end_before_start": "The end is not after the start.",
    "people_do_not_fit_kind": "The override names people that its kind does not need, or lacks those it needs.",
    "replaces_themselves": "A person cannot replace themselves.",
    "member_twice": "A person is twice in one slot.",
}
