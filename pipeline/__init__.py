"""The ground of po-intake: records, protocols, errors, values, the pure steps. Imports no other package."""
