import type { Opinion, SongPush } from "../../wire/messages";
import { correction, isTempo } from "../../workout/opinion";
import { opinionSentence } from "../../workout/words";
import { Press } from "../Press";
import { TapTempo } from "./TapTempo";
import "./TempoFix.css";

interface Props {
  readonly push: SongPush;
  readonly opinion: Opinion;
  readonly waiting: boolean;
  readonly onRate: (opinion: Opinion) => void;
}

/** Puts the playing song's tempo right, where the library's is not the one that is felt. */
export function TempoFix({ push, opinion, waiting, onRate }: Props) {
  const now = opinion.tempo ?? push.song.tempo;
  const send = (tempo: number) => {
    onRate({ ...opinion, tempo: correction(push, tempo) });
  };
  const times = (factor: number, sign: string, name: string) => (
    <Press
      off={waiting || !isTempo(now * factor)}
      name={name}
      onPress={() => {
        send(now * factor);
      }}
    >
      {sign}
    </Press>
  );
  return (
    <details className="fix">
      <summary>Wrong tempo?</summary>
      <fieldset>
        <legend data-testid="opinion">{opinionSentence(push, opinion)}</legend>
        <div className="buttons">
          {times(2, "× 2", "× 2, double the tempo")}
          {times(0.5, "÷ 2", "÷ 2, halve the tempo")}
          <TapTempo key={push.slot} off={waiting} onTempo={send} />
          <Press
            off={waiting || opinion.tempo === null}
            name="Undo, back to the library's tempo"
            onPress={() => {
              send(push.song.tempo);
            }}
          >
            Undo
          </Press>
        </div>
      </fieldset>
    </details>
  );
}
