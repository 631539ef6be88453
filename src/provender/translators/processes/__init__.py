"""What is told of processes: rows, times, reasons, logs, results. Floor: translators."""
