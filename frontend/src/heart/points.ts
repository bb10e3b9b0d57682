/** What the file of a recorded workout holds: [any milliseconds, beats a minute] each. */
export interface Points {
  /** In the file's order; NaN where there is no time, or what stands for a heart rate is no number. */
  readonly points: readonly Point[];
  /** Whether the file breaks off, or is damaged. */
  readonly cut: boolean;
  /** How many points came before the damage, where others came after it. */
  readonly before?: number;
  /** How many heart rates are there without a number in them. */
  readonly empty?: number;
  /** What is known of a file without a heart rate for its moments, as a sentence. */
  readonly why?: string;
}

export type Point = readonly [at_ms: number, heart_rate: number];

/** A day at ten points a second has fewer; whoever reads stops after one more. */
export const MOST_POINTS = 1_000_000;

/** Lets a person choose one of several, by their names; answers its place among them. */
export type Choose = (names: readonly string[]) => Promise<number>;
