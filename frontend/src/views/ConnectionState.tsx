import type { Status } from "../wire/connection";
import { statusSentence } from "../workout/words";
import { useOnline } from "./NoNetwork";
import { useTick } from "./hooks";
import "./ConnectionState.css";

export function ConnectionState({ status }: { readonly status: Status }) {
  const online = useOnline();
  const sentence = useTick((now_ms) => statusSentence(status, now_ms));
  return (
    <p className="connection" data-phase={status.phase}>
      {online || status.phase === "open" ? sentence : "No network"}
    </p>
  );
}
