"""Write the table of operators into `reference/selections.md`: run it after an operator was changed."""

from pathlib import Path

from provender.query.selection.reference import filled

PAGE = Path(__file__).parent / "reference" / "selections.md"

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
