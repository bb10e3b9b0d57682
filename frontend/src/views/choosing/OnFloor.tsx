import { type SyntheticEvent, useId, useState } from "react";

import { floorNameSentence } from "../../floor/name";
import { ALIAS_LETTERS } from "../../wire/limits";
import type { Settings } from "../../wire/messages";
import "./OnFloor.css";
import { Press } from "../Press";
import { useWritten } from "./written";

interface Props {
  readonly settings: Settings;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Lets the athlete be seen by coaches, under a name of their own, and leave again. */
export function OnFloor({ settings: { floor, alias, effort_points }, waiting, onChange }: Props) {
  const [{ name, called }, put] = useWritten({ name: floor ?? "", called: alias ?? "" });
  const [refusal, setRefusal] = useState("");
  const id = useId();
  const join = (event: SyntheticEvent) => {
    event.preventDefault();
    if (waiting) return;
    const sentence = floorNameSentence(name.trim());
    setRefusal(sentence);
    if (sentence === "") onChange({ floor: name.trim(), alias: called.trim() || null });
  };
  return (
    <form className="on-floor" noValidate onSubmit={join}>
      <fieldset>
        <legend>Let a coach see you</legend>
        <p data-testid="on-floor">{standing(floor, alias)}</p>
        <div className="fields">
          <label>
            Floor
            <input
              type="text"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={80}
              value={name}
              aria-invalid={refusal !== ""}
              aria-describedby={id}
              onChange={(event) => {
                put({ name: event.target.value });
              }}
            />
          </label>
          <label>
            Name shown, if you like
            <input
              type="text"
              autoComplete="nickname"
              maxLength={ALIAS_LETTERS}
              value={called}
              onChange={(event) => {
                put({ called: event.target.value });
              }}
            />
          </label>
          <button type="submit" aria-disabled={waiting}>
            Join
          </button>
          <Press
            off={waiting || floor === null}
            onPress={() => {
              onChange({ floor: null, alias: null });
            }}
          >
            Leave
          </Press>
        </div>
        <label className="check">
          <input
            type="checkbox"
            aria-disabled={waiting}
            checked={effort_points}
            onChange={() => {
              if (!waiting) onChange({ effort_points: !effort_points });
            }}
          />
          <span>
            Show my effort points on the board that coaches have: minutes, times 1 to 5 by how near they are to
            my maximum heart rate.
          </span>
        </label>
        <p id={id} role="alert">
          {refusal}
        </p>
      </fieldset>
    </form>
  );
}

function standing(floor: string | null, alias: string | null): string {
  if (floor === null) {
    return (
      "Coaches who look at the floor you join see your name, your heart rate and its zone, and the " +
      "songs of this workout, until you leave. A plan that they start for all is yours too, until you choose another."
    );
  }
  const as = alias === null ? "by your user name" : `as ${alias}`;
  return `You are on the floor ${floor}. Its coaches see you ${as}, with your heart rate and songs.`;
}
