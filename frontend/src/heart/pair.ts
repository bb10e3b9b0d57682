/** Sources of one heart that stand beside each other: a strap and a service, of which the better one counts. */
import { type Best, NAMES, type Origin } from "./best";
import { OFF, type Moment, type Running, Source, type SourceListener, type SourceStatus, type Way, wayInUse } from "./source";

/** What measures a heart now; a recording and a made-up heart go alone, or they would stand in for it. */
const MEASURES: readonly Way[] = ["strap", "service"];

/** Whether one way may be used while the other is. */
export function goesWith(one: Way, other: Way): boolean {
  return one !== other && MEASURES.includes(one) && MEASURES.includes(other);
}

/** What is in use, the best first, in one sentence. */
export interface Together {
  readonly status: SourceStatus;
  readonly ways: readonly Way[];
}

export const NOTHING: Together = { status: OFF, ways: [] };

export interface PairListener {
  onTogether(together: Together): void;
  /** Beats a minute; of now, unless a moment is given. */
  onHeartRate(heart_rate: number, moment?: Moment): void;
}

/** Holds the sources in use; one that goes with none of them takes their place. */
export class Pair {
  private readonly sources = new Map<Way, Source>();
  private readonly statuses = new Map<Way, SourceStatus>();
  private counts: Origin | null = null;

  constructor(
    private readonly best: Best,
    private readonly listener: PairListener,
  ) {}

  use(way: Way, begin: (listener: SourceListener) => Running): void {
    for (const other of this.sources.keys()) if (other !== way && !goesWith(way, other)) this.end(other);
    for (const [other, status] of this.statuses) if (wayInUse(status) === null) this.statuses.delete(other);
    this.sourceOf(way).use(begin);
  }

  /** Stops one way, or all. */
  stop(way?: Way): void {
    for (const each of way ? [way] : this.sources.keys()) this.end(each);
    this.tell();
  }

  private end(way: Way): void {
    this.sources.get(way)?.stop();
    this.sources.delete(way);
    this.statuses.delete(way);
    this.best.forget(way);
    this.counts = this.best.of(Date.now());
  }

  private sourceOf(way: Way): Source {
    const source = this.sources.get(way) ?? new Source(this.listenerOf(way));
    this.sources.set(way, source);
    return source;
  }

  private listenerOf(way: Way): SourceListener {
    return {
      onStatus: (status) => {
        this.statuses.set(way, status);
        if (wayInUse(status) === null) this.best.forget(way);
        this.tell();
      },
      onHeartRate: (heart_rate, moment) => {
        const now_ms = Date.now();
        const counts = this.best.hears(way, now_ms);
        this.count(this.best.of(now_ms));
        if (counts) this.listener.onHeartRate(heart_rate, moment);
      },
    };
  }

  private count(origin: Origin | null): void {
    if (origin === this.counts) return;
    this.counts = origin;
    this.tell();
  }

  private tell(): void {
    this.listener.onTogether(together(this.statuses, this.counts));
  }
}

/** The statuses of several ways as one: that of the best in use, with what all of them say. */
export function together(statuses: ReadonlyMap<Way, SourceStatus>, counts: Origin | null): Together {
  const ways = [...statuses].filter(([, status]) => wayInUse(status) !== null).map(([way]) => way);
  ways.sort((one, other) => MEASURES.indexOf(one) - MEASURES.indexOf(other));
  const told = [...new Set([...ways, ...statuses.keys()])].map((way) => statuses.get(way) ?? OFF);
  const sentences = told.map(({ sentence }) => sentence);
  if (ways.length > 1 && counts) sentences.push(`The heart rate is that of the ${NAMES[counts]}.`);
  return { status: { ...OFF, ...told[0], sentence: sentences.filter((each) => each !== "").join(" ") }, ways };
}
