import type { ClientMessage } from "../src/wire/messages";

/** The WebSocket of a server that answers nothing by itself. */
export class FakeSocket {
  static newest: FakeSocket | null = null;
  readonly sent: ClientMessage[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: () => void = () => undefined;
  constructor() {
    FakeSocket.newest = this;
    queueMicrotask(() => {
      this.onopen();
    });
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }
  close(): void {
    this.onclose();
  }
}
