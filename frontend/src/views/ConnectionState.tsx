import type { Status } from "../connection";
import { statusSentence } from "../words";

export function ConnectionState({ status, now_ms }: { readonly status: Status; readonly now_ms: number }) {
  return (
    <p className="connection" data-phase={status.phase}>
      {statusSentence(status, now_ms)}
    </p>
  );
}
