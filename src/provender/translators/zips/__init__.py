"""Zip files of what a store holds: their texts, lists of files, and bounds. Floor: translators."""
