import { type SyntheticEvent, useState } from "react";

import { type AboutText, type Read, readAbout } from "../../workout/about";
import { AGE, HEART_RATE } from "../../wire/limits";
import type { Settings } from "../../wire/messages";
import { useWritten } from "./written";
import "./Fields.css";

interface Props {
  readonly settings: Settings;
  /** Whether an earlier change is not answered yet. */
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Age, resting and maximum heart rate: what the zones are worked out from. */
export function AboutMe({ settings, waiting, onChange }: Props) {
  const [text, put] = useWritten<AboutText>({
    age: String(settings.age),
    resting: String(settings.resting_heart_rate),
    maximum: settings.max_heart_rate === null ? "" : String(settings.max_heart_rate),
  });
  const [sentence, setSentence] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (waiting) return;
    const read = readAbout(text);
    setSentence(sentenceOf(read));
    if ("wish" in read) onChange(read.wish);
  };
  const field = (name: keyof AboutText, words: string, hint: string) => (
    <label>
      <span>
        {words} <small>{hint}</small>
      </span>
      <input
        inputMode="decimal"
        autoComplete="off"
        aria-describedby="about-me-wrong"
        value={text[name]}
        onChange={(event) => {
          put({ [name]: event.target.value });
        }}
      />
    </label>
  );
  const hearts = `${HEART_RATE.low} to ${HEART_RATE.high}`;
  return (
    <form className="about" aria-labelledby="about-me" noValidate onSubmit={submit}>
      <h3 id="about-me">About me</h3>
      <p>Your zones are worked out from these, and the tempo in most modes. They count for this workout.</p>
      <div className="fields">
        {field("age", "Age", `${AGE.low} to ${AGE.high}`)}
        {field("resting", "Resting heart rate", hearts)}
        {field("maximum", "Maximum heart rate", `${hearts}; empty: from the age`)}
        <button type="submit" aria-disabled={waiting}>
          Use these
        </button>
      </div>
      <p className="wrong" id="about-me-wrong" role="alert">
        {sentence}
      </p>
    </form>
  );
}

/** Why the text is not used; empty where it is. */
export function sentenceOf(read: Read): string {
  return "sentence" in read ? read.sentence : "";
}
