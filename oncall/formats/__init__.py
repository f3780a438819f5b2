"""How are dates and times written where nothing says otherwise? By the 24-hour clock, with the weekday."""
