/** What the file of a recorded workout holds: [any milliseconds, beats a minute] each. */
export interface Points {
  readonly points: readonly (readonly [at_ms: number, heart_rate: number])[];
  /** Whether the file breaks off. */
  readonly cut: boolean;
}
