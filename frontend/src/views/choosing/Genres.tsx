import { type SyntheticEvent, useState } from "react";

import { GENRES, readGenres } from "../../workout/about";
import type { Settings } from "../../wire/messages";
import { sentenceOf } from "./AboutMe";

interface Props {
  readonly settings: Settings;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** The genres that the athlete prefers. */
export function Genres({ settings, onChange }: Props) {
  const [text, setText] = useState(settings.genres.join(", "));
  const [sentence, setSentence] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const read = readGenres(text);
    setSentence(sentenceOf(read));
    if ("wish" in read) onChange(read.wish);
  };
  return (
    <form className="about" aria-labelledby="genres" noValidate onSubmit={submit}>
      <h3 id="genres">Genres</h3>
      <div className="fields">
        <label className="wide">
          <span>
            Genres I prefer <small>commas between them, at most {GENRES.many}; empty: all alike</small>
          </span>
          <input
            autoComplete="off"
            aria-describedby="genres-wrong"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
            }}
          />
        </label>
        <button type="submit">Use these genres</button>
      </div>
      <p className="wrong" id="genres-wrong" role="alert">
        {sentence}
      </p>
    </form>
  );
}
