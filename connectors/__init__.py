"""The outside world, one file a system. Knows neither `service` nor `rules`."""
