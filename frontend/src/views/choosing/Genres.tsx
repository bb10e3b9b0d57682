import { type SyntheticEvent, useState } from "react";

import { readGenres } from "../../workout/about";
import { MOST_GENRES } from "../../wire/limits";
import type { Settings } from "../../wire/messages";
import { sentenceOf } from "./AboutMe";
import { useWritten } from "./written";

interface Props {
  readonly settings: Settings;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** The genres that the athlete prefers. */
export function Genres({ settings, waiting, onChange }: Props) {
  const [{ genres }, put] = useWritten({ genres: settings.genres.join(", ") });
  const [sentence, setSentence] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (waiting) return;
    const read = readGenres(genres);
    setSentence(sentenceOf(read));
    if ("wish" in read) onChange(read.wish);
  };
  return (
    <form className="about" aria-labelledby="genres" noValidate onSubmit={submit}>
      <h3 id="genres">Genres</h3>
      <div className="fields">
        <label className="wide">
          <span>
            Genres I prefer <small>commas between them, at most {MOST_GENRES}; empty: all alike</small>
          </span>
          <input
            autoComplete="off"
            aria-describedby="genres-wrong"
            value={genres}
            onChange={(event) => {
              put({ genres: event.target.value });
            }}
          />
        </label>
        <button type="submit" aria-disabled={waiting}>
          Use these genres
        </button>
      </div>
      <p className="wrong" id="genres-wrong" role="alert">
        {sentence}
      </p>
    </form>
  );
}
