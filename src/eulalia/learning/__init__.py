"""From turns to what should be done otherwise: defects, rewrites, failure points, labels."""
