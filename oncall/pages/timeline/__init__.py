"""The timeline of a schedule: which days it shows, who has which colour, and where everything is drawn."""
