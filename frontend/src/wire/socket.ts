/** One open WebSocket, as little of it as the connection needs. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketListener {
  onMessage(text: string): void;
  /** Called once, when an open socket closes, whoever closed it. */
  onClose(): void;
}

const OPEN_WITHIN_MS = 10_000;

/** Opens one WebSocket and resolves when it is open; rejects with a sentence. */
export function openSocket(url: string, listener: SocketListener): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const deadline = setTimeout(() => {
      socket.close();
    }, OPEN_WITHIN_MS);
    let opened = false;
    socket.onopen = () => {
      clearTimeout(deadline);
      opened = true;
      resolve(socket);
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (typeof event.data === "string") listener.onMessage(event.data);
    };
    socket.onclose = () => {
      clearTimeout(deadline);
      if (opened) listener.onClose();
      else reject(new Error("The server did not accept the connection."));
    };
  });
}
