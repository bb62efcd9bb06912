"""What the parts cost beside the bare engines and their peers. Each module is a program: see its first lines."""
