/** Which floor is looked at, kept in the page's address as `?floor=` so that it can be shared. */
import { FLOOR_NAME } from "../wire/limits";

/** Whether the server takes it as the name of a floor. */
export function isFloor(name: string): boolean {
  return FLOOR_NAME.test(name);
}

/** Why `name` cannot be that of a floor; empty where it can. */
export function floorNameSentence(name: string): string {
  if (isFloor(name)) return "";
  if (name === "") return "Write the name of a floor, such as north-gym.";
  return `“${name}” cannot be the name of a floor. Use up to 64 small letters, digits and hyphens, with no hyphen first, as in north-gym.`;
}

/** What the address says after `?floor=`, whether it can be a floor or not; null without it. */
export function chosenFloor(search: string): string | null {
  return new URLSearchParams(search).get("floor");
}

/** The address of `floor`; of the workout page where it is null. Who is watched stays. */
export function floorAddress(search: string, floor: string | null): string {
  const asked = new URLSearchParams(search);
  if (floor === null) asked.delete("floor");
  else asked.set("floor", floor);
  return `?${asked.toString()}`;
}

/** Where people come to join `floor`; `page` is the address of any page of this origin. */
export function joinAddress(page: string, floor: string): string {
  return new URL(`/?join=${floor}`, page).href;
}

/** Whether an address leads to the machine that opens it, wherever it is opened. */
export function isOfThisMachine(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/** The floor that the address asks to join; null where it names none, or what can be none. */
export function askedToJoin(search: string): string | null {
  const asked = new URLSearchParams(search).get("join");
  return asked !== null && isFloor(asked) ? asked : null;
}
