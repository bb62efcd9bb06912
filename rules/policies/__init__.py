"""The policies that come with the program, as TOML. Yours lie in a folder of your own, named in the configuration."""
