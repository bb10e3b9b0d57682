/** Where something waits for what takes it, which may have to be loaded first. */
export class Mailbox<Item> {
  private waiting: { readonly item: Item } | null = null;
  private taker: ((item: Item) => void) | null = null;

  /** Hands `item` over; without a taker it waits, in place of what waited before. */
  post(item: Item): void {
    if (this.taker) this.taker(item);
    else this.waiting = { item };
  }

  /** Hands over what waits and all that comes; returns what ends that. */
  take(taker: (item: Item) => void): () => void {
    this.taker = taker;
    const { waiting } = this;
    this.waiting = null;
    if (waiting) taker(waiting.item);
    return () => {
      this.taker = null;
    };
  }

  /** Throws away what waits. */
  clear(): void {
    this.waiting = null;
  }
}
