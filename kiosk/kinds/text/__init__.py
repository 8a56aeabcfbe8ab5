"""A short text in the participant's own words, approved before it is shown."""
