/** What the file of a recorded workout holds: [any milliseconds, beats a minute] each. */
export interface Points {
  readonly points: readonly (readonly [at_ms: number, heart_rate: number])[];
  /** Whether the file breaks off. */
  readonly cut: boolean;
}

/** A day at ten points a second has fewer; whoever reads stops after one more. */
export const MOST_POINTS = 1_000_000;
