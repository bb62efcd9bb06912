"""One TOML file per language: labels as printed, number and date habits. See ``pipeline.language``."""
