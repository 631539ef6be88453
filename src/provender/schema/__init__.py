"""The contents of a store: tables, entities and their fields. Floor: schema."""
