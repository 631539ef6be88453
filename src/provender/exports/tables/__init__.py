"""Tables of nodes: CSV, lines of JSON, Arrow and Parquet, written row by row. Floor: exports."""
