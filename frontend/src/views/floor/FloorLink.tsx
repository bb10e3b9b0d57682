import { useEffect, useState } from "react";

import type { Config } from "../../wire/config";
import { floorAddress } from "../../floor/name";
import { isCoach } from "../../wire/token";

/** The way to the floor, for those who may look at it. */
export function FloorLink({ config }: { readonly config: Config }) {
  const [offered, setOffered] = useState(false);
  useEffect(() => {
    isCoach(config).then(setOffered, () => {
      setOffered(false); // who cannot sign in is told so by the workout's own connection
    });
  }, [config]);
  if (!offered) return null;
  return (
    <a className="link" href={floorAddress(window.location.search, config.floor ?? "")}>
      The floor
    </a>
  );
}
