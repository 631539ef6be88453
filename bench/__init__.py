"""The benchmark behind `make bench`: builds a store, starts the servers, measures, reports."""
