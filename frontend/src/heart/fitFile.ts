/** FIT, the binary format of sport watches. */
import FitParser from "fit-file-parser";

import type { Points } from "./points";

/** "Flexible and Interoperable Data Transfer Protocol": bytes 8 to 11 of the header. */
const MARK = ".FIT";
const SHORTEST_HEADER_BYTES = 12;
const LENGTH_AT = 4;

/** The heart rates of the file's records; null where it is no FIT file, or makes no sense. */
export async function pointsOfFit(bytes: ArrayBuffer): Promise<Points | null> {
  if (bytes.byteLength < SHORTEST_HEADER_BYTES) return null;
  if (new TextDecoder().decode(bytes.slice(8, 12)) !== MARK) return null;
  const { whole, cut } = withTrueLength(bytes);
  const { records = [] } = await new FitParser({ force: true })
    .parseAsync(whole)
    .catch((): { records?: never[] } => ({}));
  const points = records.flatMap(({ timestamp, heart_rate }) =>
    heart_rate === undefined ? [] : [[timestamp?.getTime() ?? NaN, heart_rate] as const],
  );
  return { points, cut };
}

/** A file that breaks off says that it is longer than it is, or that it is empty. */
function withTrueLength(bytes: ArrayBuffer): { whole: ArrayBuffer; cut: boolean } {
  const header = new DataView(bytes);
  const there = bytes.byteLength - header.getUint8(0);
  const said = header.getUint32(LENGTH_AT, true);
  if (said !== 0 && said <= there) return { whole: bytes, cut: false };
  const whole = bytes.slice(0);
  new DataView(whole).setUint32(LENGTH_AT, there, true);
  return { whole, cut: true };
}
