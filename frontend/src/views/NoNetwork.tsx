import { useSyncExternalStore } from "react";

import { isOnline, noNetworkSentence, onNetwork } from "../wire/network";

/** Whether there is a network, renewed when it goes or comes. */
export function useOnline(): boolean {
  return useSyncExternalStore(onNetwork, isOnline);
}

/** Says so while there is no network, and what works all the same. */
export function NoNetwork({ maySend }: { readonly maySend: boolean }) {
  const online = useOnline();
  return (
    <div role="status" data-testid="no-network">
      {!online && <p className="problem">{noNetworkSentence(maySend)}</p>}
    </div>
  );
}
