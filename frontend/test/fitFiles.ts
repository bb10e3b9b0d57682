/** FIT files, made for tests. */
import { FitBaseType, FitEncoder, type FitEncoderField } from "fit-file-parser";

import { SESSION } from "./helpers";

const RECORD = 20;
export const NO_HEART_RATE = 255;

/** A FIT file with a record for each [second, beats a minute]. */
export function fit(...records: readonly (readonly [number, number])[]): Uint8Array<ArrayBuffer> {
  const encoder = new FitEncoder();
  for (const [second, heart_rate] of records) {
    const timestamp = FitEncoder.toFitTimestamp(new Date(SESSION + second * 1000));
    const fields: FitEncoderField[] = [
      { number: 253, size: 4, baseType: FitBaseType.Uint32, value: timestamp },
      { number: 3, size: 1, baseType: FitBaseType.Uint8, value: heart_rate },
    ];
    encoder.writeMessage(RECORD, fields);
  }
  return new Uint8Array(encoder.close());
}

/** A FIT file of these bytes between its header and its check sum, which is not a true one. */
export function fitOf(bytes: Iterable<number>): Uint8Array<ArrayBuffer> {
  const data = Uint8Array.from(bytes);
  const file = new Uint8Array(14 + data.length + 2);
  file.set([14, 0x20, 0, 0]);
  new DataView(file.buffer).setUint32(4, data.length, true);
  file.set(new TextEncoder().encode(".FIT"), 8);
  file.set(data, 14);
  return file;
}

export interface Definition {
  readonly local: number;
  readonly message: number;
  readonly littleEndian: boolean;
  readonly fields: readonly (readonly [number: number, size: number, type: number])[];
  /** Of each developer field. */
  readonly developerSizes: readonly number[];
}

/** The record that says how data of `local` lie. */
export function definition({ local, message, littleEndian, fields, developerSizes }: Definition): number[] {
  const number = [message & 0xff, message >> 8];
  return [
    0x40 | (developerSizes.length > 0 ? 0x20 : 0) | local,
    0,
    littleEndian ? 0 : 1,
    ...(littleEndian ? number : number.reverse()),
    fields.length,
    ...fields.flat(),
    ...(developerSizes.length > 0 ? [developerSizes.length] : []),
    ...developerSizes.flatMap((size, place) => [place, size, 0]),
  ];
}
