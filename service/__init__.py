"""The application that joins records, rules and channels. Start reading at app.py and jobs.py."""
