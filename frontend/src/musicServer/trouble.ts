/** What can be wrong with a music server. */

/** `server`: with all of it; `song`: with one song; `token`: it wants the password itself. */
export type Kind = "server" | "song" | "token";

/** A music server, or a song of it, that cannot be used; `message` says which and why, as a sentence. */
export class ServerTrouble extends Error {
  constructor(
    message: string,
    readonly kind: Kind = "server",
  ) {
    super(message);
  }
}

/** What went wrong, as a sentence. */
export function sentenceOf(error: unknown): string {
  return error instanceof ServerTrouble ? error.message : "The page failed at this: load it again to try once more.";
}
