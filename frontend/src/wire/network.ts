/** What the page does without a network. */

/** Has the browser keep the page, as soon as that delays nothing; without that it is as before. */
export function keepPage(): void {
  if (!("serviceWorker" in navigator)) return; // no secure context, or a browser set so
  window.addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch((error: unknown) => {
      console.warn("This page will not open without a network.", error);
    });
  });
}

/** Whether there is a network, as far as the browser knows. */
export function isOnline(): boolean {
  return navigator.onLine;
}

/** Calls `listener` when the network goes or comes; returns what ends that. */
export function onNetwork(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** What works without a network: whether this page `may_send` heart rates, and whether a song `plays`. */
export function noNetworkSentence(may_send: boolean, plays: boolean): string {
  if (!may_send) return "No network: a strap and the music can start as soon as the page connects by itself.";
  const music = plays ? "the music goes on" : "songs come later, too";
  return `No network: heart rates are kept and sent later, ${music}, and the page connects by itself.`;
}
