"""The ground of po-intake: records, protocols, errors, values and the pure steps. Imports nothing of the other packages."""
