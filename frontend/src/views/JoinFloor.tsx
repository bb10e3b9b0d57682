import { type SyntheticEvent, useState } from "react";

import { askedToJoin } from "../floor/name";
import { ALIAS_LETTERS } from "../wire/limits";
import type { Settings } from "../wire/messages";
import "./JoinFloor.css";

interface Props {
  readonly settings: Settings | null;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Asks who came by a coach's code whether they want to be seen on that floor. */
export function JoinFloor({ settings, onChange }: Props) {
  const [asked, setAsked] = useState(() => askedToJoin(window.location.search));
  const [name, setName] = useState("");
  if (asked === null || !settings || settings.floor === asked) return null;
  const leave = () => {
    setAsked(null);
    const address = new URL(window.location.href);
    address.searchParams.delete("join");
    window.history.replaceState(null, "", address);
  };
  const join = (event: SyntheticEvent) => {
    event.preventDefault();
    onChange({ floor: asked, alias: name.trim() || null });
    leave();
  };
  return (
    <form className="join-floor" aria-labelledby="join-floor" onSubmit={join}>
      <h2 id="join-floor">Join the floor {asked}?</h2>
      <p>Its coaches, and who sees their wall, see your name, your heart rate and your songs until you leave.</p>
      <label>
        Name shown, if you like
        <input
          type="text"
          autoComplete="nickname"
          maxLength={ALIAS_LETTERS}
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
      </label>
      <div className="buttons">
        <button type="submit">Join</button>
        <button type="button" onClick={leave}>
          Not now
        </button>
      </div>
    </form>
  );
}
