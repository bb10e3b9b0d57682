"""DynamoDB: tables with real indexes, kept in a file of SQLite."""
