import { useState } from "react";

import { tapped, tappedTempo } from "../../workout/taps";
import { Press } from "../Press";

interface Props {
  readonly off: boolean;
  readonly onTempo: (tempo: number) => void;
}

/** Tells a tempo by tapping along with the beat. */
export function TapTempo({ off, onTempo }: Props) {
  const [taps, setTaps] = useState<readonly number[]>([]);
  const tempo = tappedTempo(taps);
  return (
    <>
      <Press
        off={false}
        onPress={(event) => {
          setTaps(tapped(taps, event.timeStamp));
        }}
      >
        Tap the beat
      </Press>
      <Press
        off={off || tempo === null}
        onPress={() => {
          if (tempo !== null) onTempo(tempo);
          setTaps([]);
        }}
      >
        {tempo === null ? tapsWords(taps.length) : `Use ${tempo.toFixed(1)}`}
      </Press>
    </>
  );
}

function tapsWords(taps: number): string {
  return taps === 0 ? "No taps yet" : `${taps} ${taps === 1 ? "tap" : "taps"}…`;
}
