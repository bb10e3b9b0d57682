/** What was heard in a recording once, and is kept with its tempo. */
export interface Sound {
  /** Seconds from its start of each beat; every fourth, from the first on, begins a bar. */
  readonly beats: readonly number[];
  /** Where the silence at its start ends, and that at its end begins: seconds from its start. */
  readonly begins: number;
  readonly ends: number;
  /** LUFS, by EBU R 128; null where there is nothing to be heard. */
  readonly loudness: number | null;
  /** Of its samples the largest, where 1 is full scale. */
  readonly peak: number;
}
