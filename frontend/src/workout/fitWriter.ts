/** A workout as FIT, the format of sport watches: an activity of one session and one lap. */
import { FitBaseType, FitEncoder, type FitEncoderField } from "fit-file-parser/encoder";

import type { Sample } from "../wire/messages";
import { beats } from "./export";
import type { Summary } from "./summary";

/** Numbers of messages, and of the fields below, by Garmin's profile. */
const [FILE_ID, SESSION, LAP, RECORD, EVENT, ACTIVITY] = [0, 18, 19, 20, 21, 34] as const;
const [TIMESTAMP, INDEX] = [253, 254] as const;
const ACTIVITY_FILE = 4;
/** Of a maker in development, which this is to Garmin. */
const MAKER = 255;
const [TIMER, LAP_EVENT, SESSION_EVENT, ACTIVITY_EVENT] = [0, 9, 8, 26] as const;
const [START, STOP, STOP_ALL] = [0, 1, 4] as const;
const [GENERIC, MANUAL] = [0, 0] as const;

/** Its bytes; what is in no sample is in no record. */
export function fitOf(summary: Summary, samples: readonly Sample[]): Uint8Array<ArrayBuffer> {
  const begins = time(summary.started_ms);
  const ends = time(summary.started_ms + summary.duration_ms);
  const encoder = new FitEncoder();
  encoder.writeMessage(FILE_ID, [byte(0, ACTIVITY_FILE), short(1, MAKER), short(2, 0), long(4, begins)]);
  encoder.writeMessage(EVENT, [long(TIMESTAMP, begins), byte(0, TIMER), byte(1, START)]);
  for (const [at_ms, heart_rate] of samples) {
    encoder.writeMessage(RECORD, [long(TIMESTAMP, time(at_ms)), count(3, rate(heart_rate))]);
  }
  encoder.writeMessage(EVENT, [long(TIMESTAMP, ends), byte(0, TIMER), byte(1, STOP_ALL)]);
  const elapsed = Math.round(summary.duration_ms);
  const whole = [short(INDEX, 0), long(TIMESTAMP, ends), long(2, begins), long(7, elapsed), long(8, elapsed)];
  const [average, highest] = [rate(summary.average), rate(summary.maximum)];
  encoder.writeMessage(LAP, [...whole, byte(0, LAP_EVENT), byte(1, STOP), count(15, average), count(16, highest)]);
  encoder.writeMessage(SESSION, [
    ...[...whole, byte(0, SESSION_EVENT), byte(1, STOP), byte(5, GENERIC)],
    ...[count(16, average), count(17, highest), short(25, 0), short(26, 1)],
  ]);
  encoder.writeMessage(ACTIVITY, [
    ...[long(TIMESTAMP, ends), long(0, elapsed), short(1, 1)],
    ...[byte(2, MANUAL), byte(3, ACTIVITY_EVENT), byte(4, STOP)],
  ]);
  return new Uint8Array(encoder.close());
}

/** 255 says that there is none. */
function rate(heart_rate: number): number {
  return Math.min(254, beats(heart_rate));
}

function time(at_ms: number): number {
  return FitEncoder.toFitTimestamp(new Date(at_ms));
}

/** A word of a list. */
function byte(number: number, value: number): FitEncoderField {
  return { number, size: 1, baseType: FitBaseType.Enum, value };
}

function count(number: number, value: number): FitEncoderField {
  return { number, size: 1, baseType: FitBaseType.Uint8, value };
}

function short(number: number, value: number): FitEncoderField {
  return { number, size: 2, baseType: FitBaseType.Uint16, value };
}

function long(number: number, value: number): FitEncoderField {
  return { number, size: 4, baseType: FitBaseType.Uint32, value };
}
