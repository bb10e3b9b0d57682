/** The export of Apple Health: years of heart rates, of which one workout is played. */
import type { Choose, Point, Points } from "./points";
import { timeOf } from "./times";
import { type Listener, attribute } from "./xml";

const RECORD = "record";
const HEART_RATE = "HKQuantityTypeIdentifierHeartRate";
const WORKOUT = "workout";
const ACTIVITY = "HKWorkoutActivityType";
/** Twenty years of a watch have fewer; they take 80 MB. */
const MOST = 5_000_000;
/** After a longer silence it is another stretch, where no workout says so: a session's own rule. */
const APART_MS = 900_000;

interface Stretch {
  readonly name: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** Hears of the elements of an export, and keeps its heart rates and its workouts. */
export class Health implements Listener {
  /** Plain numbers, as there may be millions. */
  private readonly times_ms: number[] = [];
  private readonly heart_rates: number[] = [];
  private readonly workouts: Stretch[] = [];
  private isClosed = false;
  private isBroken = false;

  get isFull(): boolean {
    return this.times_ms.length >= MOST;
  }

  open(name: string, tag: string): void {
    if (name === RECORD && tag.includes(HEART_RATE) && attribute(tag, "type") === HEART_RATE) {
      this.times_ms.push(timeOf(attribute(tag, "startDate") ?? ""));
      this.heart_rates.push(Number(attribute(tag, "value") ?? NaN));
    } else if (name === WORKOUT) {
      const [from_ms, to_ms] = ["startDate", "endDate"].map((each) => timeOf(attribute(tag, each) ?? ""));
      const activity = (attribute(tag, "workoutActivityType") ?? "").replace(ACTIVITY, "");
      if (from_ms === undefined || to_ms === undefined || !(from_ms <= to_ms)) return;
      this.workouts.push({ name: named(activity || "Workout", attribute(tag, "startDate")), from_ms, to_ms });
    }
  }

  close(name: string): void {
    if (name === "healthdata") this.isClosed = true;
  }

  text(): void {}

  broken(): void {
    this.isBroken = true;
  }

  /** The heart rates of the workout that the person chooses; newest first. */
  async chosen(choose: Choose): Promise<Points> {
    const cut = !this.isClosed || this.isBroken;
    const all = this.times_ms.map((at_ms, index): Point => [at_ms, this.heart_rates[index] ?? NaN]);
    const untimed = all.filter(([at_ms]) => Number.isNaN(at_ms));
    const points = all.filter(([at_ms]) => !Number.isNaN(at_ms)).sort(([a], [b]) => a - b);
    const found = stretchesOf(points, this.workouts);
    const [only] = found;
    if (!only) return { points: untimed, cut, why: NONE };
    const place = found.length === 1 ? 0 : await choose(found.map(({ name }) => name));
    const { from_ms, to_ms } = found[place] ?? only;
    return { points: points.slice(placeOf(points, from_ms), placeOf(points, to_ms + 1)), cut };
  }
}

const NONE = "This export of Apple Health holds no records of heart rates.";

/** The workouts with heart rates, newest first; where none is told, what lies close together. */
function stretchesOf(points: readonly Point[], workouts: readonly Stretch[]): readonly Stretch[] {
  const measured = workouts.filter(
    ({ from_ms, to_ms }) => placeOf(points, from_ms) < placeOf(points, to_ms + 1),
  );
  if (measured.length > 0) return measured.sort((a, b) => b.from_ms - a.from_ms);
  const out: Stretch[] = [];
  let from_ms = points[0]?.[0] ?? 0;
  points.forEach(([to_ms], index) => {
    const [next_ms] = points[index + 1] ?? [Infinity];
    if (next_ms - to_ms < APART_MS) return;
    out.push({ name: named("Heart rates", new Date(from_ms).toISOString()), from_ms, to_ms });
    from_ms = next_ms;
  });
  return out.reverse();
}

/** The first point at or after a time. */
function placeOf(points: readonly Point[], at_ms: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? Infinity) < at_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function named(what: string, date: string | null): string {
  return date === null ? what : `${what}, ${date.slice(0, 16).replace("T", " ")}`;
}
