import { type ReactNode, useEffect, useEffectEvent, useState } from "react";

import type { SongPush } from "../../wire/messages";

/** As long as a skip can be taken back. */
export const UNDO_MS = 5_000;

interface Skipping {
  /** Whether the song is about to go. */
  readonly leaving: boolean;
  /** Lets the song go in a few seconds; pressed again, at once. */
  readonly skip: () => void;
  /** Says so, and takes it back; null where nothing is about to go. */
  readonly note: ReactNode;
}

interface Asked {
  readonly playing: SongPush | null;
  readonly onSkip: () => void;
  /** Hears whether the song is about to go; the same function each time. */
  readonly onLeaving: (leaving: boolean) => void;
}

/** A skip that can be taken back: the song goes quieter, and is skipped when nobody said otherwise. */
export function useSkip({ playing, onSkip, onLeaving }: Asked): Skipping {
  const [slot, setSlot] = useState<number | null>(null);
  const leaving = slot !== null && slot === playing?.slot;
  const go = useEffectEvent(onSkip);
  useEffect(() => {
    onLeaving(leaving);
    if (!leaving) return undefined;
    const timer = setTimeout(() => {
      setSlot(null);
      go();
    }, UNDO_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [leaving, onLeaving]);
  return {
    leaving,
    skip: () => {
      if (leaving) onSkip();
      setSlot(leaving ? null : (playing?.slot ?? null));
    },
    note: leaving ? (
      <p className="undo" role="status">
        <span>Skipping “{playing.song.title}”</span>
        <button
          type="button"
          onClick={({ currentTarget }) => {
            currentTarget.closest(".now-playing")?.querySelector<HTMLElement>(".transport button:last-child")?.focus();
            setSlot(null); // and with it this button goes
          }}
        >
          Undo
        </button>
      </p>
    ) : null,
  };
}
