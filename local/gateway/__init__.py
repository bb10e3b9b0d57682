"""The WebSocket API of API Gateway, on this machine."""
