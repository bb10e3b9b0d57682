import { useState } from "react";

/** What of the text was written and is not in force yet. */
export function stillWritten<Text extends object>(
  written: Partial<Text>,
  inForce: Text,
): Partial<Text> {
  const differs = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(inForce[name as keyof Text]);
  return Object.fromEntries(Object.entries(written).filter(differs)) as Partial<Text>;
}

/** A form's text: what was written, else what is in force; and what puts in some more. */
export function useWritten<Text extends object>(
  inForce: Text,
): readonly [text: Text, put: (some: Partial<Text>) => void] {
  const [written, setWritten] = useState<Partial<Text>>({});
  const still = stillWritten(written, inForce);
  if (Object.keys(still).length < Object.keys(written).length) setWritten(still);
  const put = (some: Partial<Text>) => {
    setWritten({ ...still, ...some });
  };
  return [{ ...inForce, ...still }, put];
}
