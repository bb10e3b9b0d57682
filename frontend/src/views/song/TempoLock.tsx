import type { Settings } from "../../wire/messages";
import { Press } from "../Press";

interface Props {
  readonly lock: number | null;
  /** As it is heard now, beats a minute. */
  readonly tempoNow: () => number;
  readonly waiting: boolean;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** Keeps the tempo that plays for all songs to come, until it is released. */
export function TempoLock({ lock, tempoNow, waiting, onChange }: Props) {
  return (
    <Press
      off={waiting}
      pressed={lock !== null}
      onPress={() => {
        onChange({ lock: lock === null ? Math.round(tempoNow()) : null });
      }}
    >
      Lock tempo{lock !== null && ` (${Math.round(lock)})`}
    </Press>
  );
}
