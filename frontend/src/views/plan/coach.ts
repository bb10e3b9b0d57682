/** What is heard of a plan and of a chosen zone: beeps before a change, the phase aloud, a zone that is left. */
import type { Tone } from "../../session/audio";
import type { Settings } from "../../wire/messages";
import { beepsWithin, chosenZone, phaseAt, phasesOf, spokenPhase } from "../../workout/phases";
import type { Zone } from "../../workout/zone";
import { type Watched, type ZoneCue, UNWATCHED, watchZone } from "../../workout/zoneWatch";

/** A moment of a workout. */
export interface Moment {
  readonly settings: Settings;
  /** Since the plan began, or the session where there is none. */
  readonly elapsed_ms: number;
  /** Null while no heart rate comes. */
  readonly zone: Zone | null;
  /** Seconds of workout in a second of life: in a replay that runs faster nothing is heard. */
  readonly speed: number;
}

/** What may be heard. */
export interface Switches {
  readonly tones: boolean;
  readonly speech: boolean;
}

/** How it is made heard. */
export interface Voice {
  /** False where nothing sounds on this page. */
  readonly tones: (tones: readonly Tone[]) => boolean;
  readonly say: (sentence: string) => void;
}

const BEEP = { hertz: 880, seconds: 0.14 };
const ZONE_TONES: Readonly<Record<ZoneCue, readonly number[]>> = {
  "too-high": [659, 440],
  "too-low": [440, 659],
  back: [523, 659, 784],
};
const STEP_SECONDS = 0.17;

/** Follows a workout, a moment after the other. */
export class Coach {
  private watched: Watched = UNWATCHED;
  /** The phase whose end was beeped for, and the one that was seen last, each of which plan. */
  private beeped = "";
  private seen: { readonly plan: string; readonly at: string } | null = null;

  constructor(private readonly voice: Voice) {}

  follow(moment: Moment, switches: Switches): void {
    if (moment.speed > 1) return;
    this.followPlan(moment, switches);
    const { settings, elapsed_ms, zone } = moment;
    const [watched, cue] = watchZone(this.watched, chosenZone(settings, elapsed_ms), zone, elapsed_ms);
    this.watched = watched;
    if (cue && switches.tones) this.voice.tones(tonesOf(cue));
  }

  private followPlan({ settings, elapsed_ms }: Moment, { tones, speech }: Switches): void {
    const phase = settings.mode === "plan" ? phaseAt(phasesOf(settings.plan), elapsed_ms) : null;
    if (!phase) {
      this.seen = null;
      return;
    }
    const plan = JSON.stringify([settings.plan, settings.plan_started_ms]);
    const at = phase.left_ms === null ? "done" : String(phase.index);
    const beeps = tones && this.beeped !== plan + at ? beepsWithin(phase.left_ms) : [];
    if (beeps.length > 0 && this.voice.tones(beeps.map((in_seconds) => ({ ...BEEP, in_seconds })))) {
      this.beeped = plan + at;
    }
    const changed = this.seen?.plan === plan && this.seen.at !== at;
    this.seen = { plan, at };
    if (changed && speech) this.voice.say(spokenPhase(phase));
  }
}

function tonesOf(cue: ZoneCue): readonly Tone[] {
  return ZONE_TONES[cue].map((hertz, index) => ({ hertz, in_seconds: index * STEP_SECONDS, seconds: STEP_SECONDS }));
}
