/** Whether anybody can see the page: a hidden tab, or a locked phone, shows nothing. */

export function isInSight(): boolean {
  return document.visibilityState !== "hidden";
}

/** Calls `listener` whenever the page comes into sight; returns what ends that. */
export function onSight(listener: () => void): () => void {
  const changed = () => {
    if (isInSight()) listener();
  };
  document.addEventListener("visibilitychange", changed);
  return () => {
    document.removeEventListener("visibilitychange", changed);
  };
}
