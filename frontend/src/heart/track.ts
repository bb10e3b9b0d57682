/** TCX and GPX, the XML of sport watches and portals, under whatever names they write. */
import { MOST_POINTS, type Point, type Points } from "./points";
import { timeOf } from "./times";
import { type Listener, attribute } from "./xml";

/** Elements of one moment, in small letters and without prefixes, as all names here. */
const MOMENTS = ["trackpoint", "trkpt", "rtept"];
const ROOTS = ["trainingcenterdatabase", "gpx"];
const TIME = "time";
/** What watches, phones and portals call the heart rate of a moment; some put it into a `Value`. */
const HEART_RATES = ["hr", "heartrate", "heartratebpm", "bpm", "heart_rate", "heart-rate"];
const AVERAGES = [...HEART_RATES, "averageheartratebpm", "avgheartrate", "averageheartrate"];
/** What Apple's routes say of each place, and nobody else. */
const OF_APPLE = ["hacc", "vacc"];
const NUMBER = /^(\d+)(?:[.,](\d+))?(?:\s*bpm)?$/i;

/** Hears of the elements of a file, and keeps the times and the heart rates of its moments. */
export class Track implements Listener {
  private readonly points: Point[] = [];
  private root: string | null = null;
  private isClosed = false;
  private isApples = false;
  /** Of the moment that is read; null outside of one. */
  private moment: { time: string | null; heart_rate: string | null; isSound: boolean } | null = null;
  /** The element whose text is read, and what was read of it. */
  private reading: string | null = null;
  private said = "";
  private moments = 0;
  private timed = 0;
  private empty = 0;
  private hasAverage = false;
  /** How many points came before what is broken. */
  private before: number | null = null;

  /** Whether more is held than any workout has. */
  get isFull(): boolean {
    return this.points.length > MOST_POINTS;
  }

  open(name: string, tag: string): void {
    this.root ??= name;
    this.isApples ||= OF_APPLE.includes(name) || (name === "gpx" && /apple/i.test(attribute(tag, "creator") ?? ""));
    if (MOMENTS.includes(name)) {
      if (this.moment) this.broken();
      this.moment = { time: null, heart_rate: null, isSound: true };
      this.reading = null;
      return;
    }
    if (!this.moment) {
      this.hasAverage ||= AVERAGES.includes(name);
      return;
    }
    if (this.reading !== null || (name !== TIME && !HEART_RATES.includes(name))) return;
    this.reading = name;
    this.said = "";
  }

  text(text: string): void {
    if (this.reading !== null) this.said += text;
  }

  close(name: string): void {
    if (this.moment && name === this.reading) this.read(this.moment);
    else if (this.moment && MOMENTS.includes(name)) this.keep(this.moment);
    else if (name === this.root) this.isClosed = true;
  }

  broken(): void {
    this.before ??= this.points.length;
    if (this.moment) this.moment.isSound = false;
  }

  /** What was heard; null where it was neither TCX nor GPX. `isSound`: it ended outside of a tag. */
  found(isSound: boolean): Points | null {
    if (this.moments === 0 && !ROOTS.includes(this.root ?? "")) return null;
    const cut = !this.isClosed || !isSound || this.before !== null;
    const { points, empty } = this;
    const before = this.isClosed && this.before !== null ? { before: this.before } : {};
    return { points, cut, empty, ...before, why: this.why() };
  }

  private read(moment: NonNullable<Track["moment"]>): void {
    const said = this.said.trim();
    if (this.reading === TIME) moment.time ??= said;
    else if (!moment.heart_rate) moment.heart_rate = said;
    this.reading = null;
  }

  private keep({ time, heart_rate, isSound }: NonNullable<Track["moment"]>): void {
    const isWhole = isSound && this.reading === null;
    if (!isWhole) this.broken();
    this.moment = null;
    this.reading = null;
    if (!isWhole) return;
    this.moments += 1;
    const at_ms = time === null ? NaN : timeOf(time);
    if (!Number.isNaN(at_ms)) this.timed += 1;
    if (heart_rate === "") this.empty += 1;
    else if (heart_rate !== null) this.points.push([at_ms, numberOf(heart_rate)]);
  }

  private why(): string {
    if (this.hasAverage) return "It holds an average alone, and no heart rate for its moments.";
    if (this.isApples) {
      return "Apple Health keeps heart rates apart from routes, in the file export.xml of the same export: drop that, or the export as it is packed.";
    }
    if (this.moments === 0) return "It has no moments, as a workout without a recording.";
    if (this.timed === 0) return "Its points have no times either, as in a route that is planned.";
    return `Of what its points hold, none is called ${HEART_RATES.slice(0, 4).join(", ")} or heart_rate.`;
  }
}

function numberOf(text: string): number {
  return NUMBER.test(text) ? parseFloat(text.replace(",", ".")) : NaN;
}
