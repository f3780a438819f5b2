"""Django's names for the formats, https://docs.djangoproject.com/en/5.2/topics/i18n/formatting/."""

DATE_FORMAT = "D d M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "D d M Y, H:i"
SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
FIRST_DAY_OF_WEEK = 1
