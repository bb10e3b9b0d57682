import { type SyntheticEvent, useState } from "react";

import { MOST_PHASES } from "../../wire/limits";
import type { Settings } from "../../wire/messages";
import { type Row, readPlan, rowsOf } from "../../workout/plan";
import { ZONES, ZONE_NAMES, type Zone } from "../../workout/zone";
import { sentenceOf } from "./AboutMe";
import { Press } from "../Press";
import { useWritten } from "./written";
import "./Fields.css";
import "./OwnPlan.css";

interface Props {
  readonly plan: Settings["plan"];
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Makes a plan of one's own: minutes in a zone, one phase after the other. */
export function OwnPlan({ plan, waiting, onChange }: Props) {
  const [{ rows }, write] = useWritten({ rows: rowsOf(plan) });
  const [sentence, setSentence] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (waiting) return;
    const read = readPlan(rows);
    setSentence(sentenceOf(read));
    if ("wish" in read) onChange(read.wish);
  };
  const put = (index: number, row: Row) => {
    write({ rows: rows.with(index, row) });
  };
  return (
    <details className="own-plan">
      <summary>A plan of my own</summary>
      <form className="about" aria-label="A plan of my own" noValidate onSubmit={submit}>
        <ol>
          {rows.map((row, index) => (
            <li key={index}>
              <PhaseRow
                row={row}
                number={index + 1}
                onChange={(changed) => {
                  put(index, changed);
                }}
              />
            </li>
          ))}
        </ol>
        <div className="buttons">
          <Press
            off={rows.length >= MOST_PHASES}
            onPress={() => {
              write({ rows: [...rows, rows.at(-1) ?? { minutes: "5", zone: 2 }] });
            }}
          >
            Add a phase
          </Press>
          <Press
            off={rows.length <= 1}
            onPress={() => {
              write({ rows: rows.slice(0, -1) });
            }}
          >
            Take the last away
          </Press>
          <button type="submit" aria-disabled={waiting}>
            Follow this plan
          </button>
        </div>
        <p className="wrong" id="plan-wrong" role="alert">
          {sentence}
        </p>
      </form>
    </details>
  );
}

interface RowProps {
  readonly row: Row;
  readonly number: number;
  readonly onChange: (row: Row) => void;
}

function PhaseRow({ row, number, onChange }: RowProps) {
  return (
    <div className="fields">
      <label>
        <span>Minutes of phase {number}</span>
        <input
          inputMode="decimal"
          autoComplete="off"
          aria-describedby="plan-wrong"
          value={row.minutes}
          onChange={(event) => {
            onChange({ ...row, minutes: event.target.value });
          }}
        />
      </label>
      <label>
        <span>Zone of phase {number}</span>
        <select
          value={row.zone}
          onChange={(event) => {
            onChange({ ...row, zone: Number(event.target.value) as Zone });
          }}
        >
          {ZONES.map((zone) => (
            <option key={zone} value={zone}>
              {zone}, {ZONE_NAMES[zone]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
