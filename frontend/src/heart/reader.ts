/** Reads files beside the page, which goes on meanwhile. */
import { type FromReader, type ToReader, packed } from "./reading";
import { readRecording } from "./recording";

/** As much of a worker's scope as is used; the page's own types do not have it. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<ToReader>) => void;
  postMessage(message: FromReader, transfer?: Transferable[]): void;
};

let chosen: (place: number) => void = () => undefined;

scope.onmessage = ({ data }) => {
  if (typeof data === "number") {
    chosen(data);
    return;
  }
  const choose = (names: readonly string[]) => {
    scope.postMessage({ names });
    return new Promise<number>((resolve) => {
      chosen = resolve;
    });
  };
  readRecording(data, choose).then(
    (recording) => {
      const columns = packed(recording);
      scope.postMessage({ columns }, [columns.seconds.buffer, columns.heart_rates.buffer]);
    },
    (error: unknown) => {
      scope.postMessage({ sentence: error instanceof Error ? error.message : String(error) });
    },
  );
};
