import { useSyncExternalStore } from "react";

import { isOnline, noNetworkSentence, onNetwork } from "../wire/network";

/** Whether there is a network, renewed when it goes or comes. */
export function useOnline(): boolean {
  return useSyncExternalStore(onNetwork, isOnline);
}

/** Says so while there is no network, and what works all the same. */
export function NoNetwork({ maySend, plays }: { readonly maySend: boolean; readonly plays: boolean }) {
  const online = useOnline();
  return (
    <div role="status" data-testid="no-network">
      {!online && <p className="problem">{noNetworkSentence(maySend, plays)}</p>}
    </div>
  );
}
