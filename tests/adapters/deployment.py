"""A deployment as a custom resource's function meets it: CloudFormation, and API Gateway."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from lambdas.adapters import clients


class Deployment:
    """One deployment of one WebSocket API: what it asks and was told, and the API's models."""

    def __init__(self, url: str, api_id: str) -> None:
        self.url = url
        self.answers: list[dict[str, Any]] = []
        self.content_types: list[str] = []
        self.models: dict[str, dict[str, str]] = {}
        self._path = f"/v2/apis/{api_id}/models"

    def asks(self, kind: str, properties: dict[str, str], **more: Any) -> dict[str, Any]:
        """The event of one request, `kind` of which is Create, Update or Delete."""
        return {
            "RequestType": kind,
            "RequestId": "request-1",
            "ResponseURL": f"{self.url}/answers?signed",
            "ResourceType": "Custom::WebSocketModel",
            "LogicalResourceId": "skipmodel",
            "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/TempoFit-dev/1",
            "ResourceProperties": {"ServiceToken": "arn", "ServiceTimeout": "600", **properties},
            **more,
        }

    def change(self, method: str, path: str, body: dict[str, str]) -> tuple[int, dict[str, str]]:
        """API Gateway's status and answer."""
        collection, _, model_id = path.removeprefix(self._path).partition("/")
        if collection or (model_id and model_id not in self.models):
            return 404, {"message": "Invalid model identifier specified"}
        if method == "DELETE":
            del self.models[model_id]
            return 204, {}
        model_id = model_id or f"model-{len(self.models) + 1}"
        self.models[model_id] = self.models.get(model_id, {}) | body
        return 200, {"modelId": model_id, **self.models[model_id]}


@contextmanager
def deployment(api_id: str) -> Iterator[Deployment]:
    """A deployment that takes answers, and changes to its models, while the block runs."""

    class Asked(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            one.answers.append(self._body())
            one.content_types.append(self.headers["Content-Type"])
            self._answer(200, {})

        def do_POST(self) -> None:
            self._answer(*one.change(self.command, self.path, self._body()))

        def do_PATCH(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def _body(self) -> dict[str, Any]:
            body: dict[str, Any] = json.loads(
                self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}"
            )
            return body

        def _answer(self, status: int, body: dict[str, str]) -> None:
            content = b"" if status == 204 else json.dumps(body).encode()
            self.send_response(status)
            if status == 404:
                self.send_header("x-amzn-errortype", "NotFoundException")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Asked) as server, pytest.MonkeyPatch.context() as patch:
        one = Deployment(f"http://127.0.0.1:{server.server_port}", api_id)
        patch.setenv("AWS_ENDPOINT_URL_APIGATEWAYV2", one.url)
        clients.gateway.cache_clear()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield one
        finally:
            clients.gateway.cache_clear()
            server.shutdown()
            thread.join()
