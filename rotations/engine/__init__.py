"""The scheduling library: values in, values out; no Django, no clock, no input or output."""
