import { Suspense, lazy, useState } from "react";

import type { Shelf } from "../../ownSongs/shelf";
import type { State } from "../../session/store";
import "./MyMusic.css";
import "./MyServer.css";
import type { Served } from "./servers";

/** With what speaks to music servers, so only for who asks. */
const ServerPanel = lazy(() => import("./ServerPanel").catch(() => ({ default: Missing })));

interface Props {
  readonly state: State;
  readonly shelf: Shelf;
  readonly served: Served;
  /** What to go back to from one's own music. */
  readonly library: string;
  readonly onLibrary: (library: string) => void;
}

/** The way to a music server of one's own, which opens at a press. */
export function MyServer({ state, shelf, served, library, onLibrary }: Props) {
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState(false);
  const [failed, setFailed] = useState(false);
  const { server, openServer } = served;
  return (
    <details
      className="own"
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        if (!event.currentTarget.open) return;
        setLoaded(true);
        setFailed(false);
        openServer().catch(() => {
          setFailed(true);
        });
      }}
    >
      <summary>Use a music server</summary>
      {loaded && server && (
        <Suspense fallback={<p className="hint">Loading…</p>}>
          <ServerPanel state={state} shelf={shelf} server={server} library={library} onLibrary={onLibrary} />
        </Suspense>
      )}
      {failed && !server && <Missing />}
    </details>
  );
}

function Missing() {
  return (
    <p className="problem" role="alert">
      This part of the page could not be loaded. Load the page again to try once more.
    </p>
  );
}
