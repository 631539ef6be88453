"""What a store holds: tables, entities and their fields. Floor: schema."""
