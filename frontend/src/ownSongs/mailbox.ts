/** Where something waits for what takes it, which may have to be loaded first. */
export class Mailbox<Item> {
  private waiting: { readonly item: Item } | null = null;
  private taker: ((item: Item) => void) | null = null;

  /** Hands `item` over; without a taker it waits, in place of what waited before. */
  post(item: Item): void {
    if (this.taker) this.taker(item);
    else this.waiting = { item };
  }

  /** Hands over what waits, in a moment, and all that comes; returns what ends that. */
  take(taker: (item: Item) => void): () => void {
    this.taker = taker;
    // Not to a view that goes at once, as each does first where React is strict.
    queueMicrotask(() => {
      if (this.taker === taker) this.handOver(taker);
    });
    return () => {
      if (this.taker === taker) this.taker = null;
    };
  }

  private handOver(taker: (item: Item) => void): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting) taker(waiting.item);
  }

  /** Throws away what waits. */
  clear(): void {
    this.waiting = null;
  }
}
