import type { Status } from "../wire/connection";
import { statusSentence } from "../workout/words";
import { useOnline } from "./NoNetwork";

export function ConnectionState({ status, now_ms }: { readonly status: Status; readonly now_ms: number }) {
  const online = useOnline();
  return (
    <p className="connection" data-phase={status.phase}>
      {online || status.phase === "open" ? statusSentence(status, now_ms) : "No network"}
    </p>
  );
}
