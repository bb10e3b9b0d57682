/**
 * Reads XML as people have it: the names and texts of its elements, and nothing else.
 *
 * No namespace has to be declared, nothing has to be closed, no entity is looked up, and what is
 * broken costs no more than its own place: so all browsers read the same.
 */

export interface Listener {
  /** An element begins: its name without prefix, in small letters; `tag` is all between the brackets. */
  open(name: string, tag: string): void;
  close(name: string): void;
  text(text: string): void;
  /** A tag makes no sense. */
  broken(): void;
}

/** A tag or a text of more letters is none. */
const LONGEST = 1_000_000;
/** What begins with these is skipped up to its end. */
const SKIPPED = [["<!--", "-->"], ["<![CDATA[", "]]>"], ["<?", "?>"]] as const;
const LONGEST_BEGINNING = 9;

export class Scanner {
  private rest = "";
  /** What ends that in which the text so far ends; empty outside of such. */
  private until = "";

  constructor(private readonly listener: Listener) {}

  /** Reads on; the end of a text may come with the next one. */
  feed(more: string): void {
    const text = this.rest + more;
    let at = 0;
    for (let next = this.step(text, at); next > at; next = this.step(text, at)) at = next;
    this.rest = text.slice(at);
    if (this.rest.length <= LONGEST) return;
    if (this.until === "") this.listener.broken();
    this.rest = "";
  }

  /** Nothing more comes; answers whether the text ends outside of a tag. */
  end(): boolean {
    const isOutside = this.until === "" && !this.rest.includes("<");
    this.rest = "";
    return isOutside;
  }

  /** Reads one tag or text from `at` on; answers where it ends, or `at` where more has to come. */
  private step(text: string, at: number): number {
    if (this.until !== "") return this.skip(text, at);
    const begin = text.indexOf("<", at);
    if (begin < 0) return at;
    if (begin > at) {
      this.listener.text(text.slice(at, begin));
      return begin;
    }
    if (text.length - at < LONGEST_BEGINNING && !text.includes(">", at)) return at;
    const skipped = SKIPPED.find(([beginning]) => text.startsWith(beginning, at));
    if (skipped) {
      this.until = skipped[1];
      return at + skipped[0].length;
    }
    return this.tag(text, at);
  }

  private skip(text: string, at: number): number {
    const end = text.indexOf(this.until, at);
    if (end < 0) return Math.max(at, text.length - this.until.length + 1);
    const after = end + this.until.length;
    this.until = "";
    return after;
  }

  private tag(text: string, at: number): number {
    const next = text.indexOf("<", at + 1);
    const end = endOfTag(text, at + 1, next < 0 ? text.length : next);
    if (end < 0 && next < 0) return at;
    if (text[at + 1] === "!") return end < 0 ? next : end + 1;
    if (end < 0) {
      this.listener.broken();
      return next;
    }
    this.tell(text.slice(at + 1, end));
    return end + 1;
  }

  private tell(tag: string): void {
    if (tag.startsWith("/")) {
      this.listener.close(nameIn(tag.slice(1)));
      return;
    }
    const name = nameIn(tag);
    this.listener.open(name, tag);
    if (tag.endsWith("/")) this.listener.close(name);
  }
}

/** An attribute of a tag, as it stands there; null where it has none. */
export function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`[\\s"']${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i").exec(tag);
  return found?.[1] ?? found?.[2] ?? null;
}

/** The bracket that ends the tag, outside of quotes if one is; below 0 where none comes before `limit`. */
function endOfTag(text: string, from: number, limit: number): number {
  const within = text.slice(from, limit);
  const first = within.indexOf(">");
  let end = first;
  while (end >= 0 && isInQuotes(within, end)) end = within.indexOf(">", end + 1);
  const found = end >= 0 ? end : first;
  return found < 0 ? -1 : from + found;
}

function isInQuotes(text: string, at: number): boolean {
  let quote = "";
  for (let each = 0; each < at; each += 1) {
    const letter = text[each] ?? "";
    if (quote === "" ? letter === '"' || letter === "'" : letter === quote) quote = quote === "" ? letter : "";
  }
  return quote !== "";
}

function nameIn(tag: string): string {
  const [whole = ""] = /^[^\s/]*/.exec(tag) ?? [];
  return whole.slice(whole.lastIndexOf(":") + 1).toLowerCase();
}
