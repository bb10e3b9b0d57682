/** Times as watches and portals write them, read alike by every browser. */

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)(?:T|\s+)(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z+|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Epoch ms; NaN where the text is no time.
 *
 * Without a zone it is taken as UTC: only the time since the first one counts, and no local hour is
 * there twice, or missing.
 */
export function timeOf(text: string): number {
  const found = FORM.exec(text.trim());
  if (!found) return NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((each) => Number(each || 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return NaN;
  const fraction_ms = Number(`0.${found[7] ?? 0}`) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) + fraction_ms - zoneMs(found[8] ?? "");
}

function zoneMs(zone: string): number {
  if (!/^[+-]/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", ""));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}
