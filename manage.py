#!/usr/bin/env python
"""Run one of Oncall's commands from a checkout; an installed Oncall has ``oncall`` for this."""

from oncall.cli import main

if __name__ == "__main__":
    main()
