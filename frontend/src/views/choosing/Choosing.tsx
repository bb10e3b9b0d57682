import { Suspense, lazy, useState } from "react";

import type { Settings } from "../../wire/messages";
import { settingsSentence } from "../../workout/modes";
import type { State } from "../../session/store";
import { useWaiting } from "../hooks";
import { NotLoaded } from "../NotLoaded";
import "./Choosing.css";

/** Loaded when somebody opens it. */
const Choices = lazy(() => import("./Choices").catch(() => ({ default: NotLoaded })));

interface Props {
  readonly state: State;
  readonly onChange: (wish: Partial<Settings>) => void;
}

/** How songs are chosen: what is in force, and what else there is. */
export function Choosing({ state, onChange }: Props) {
  const [opened, setOpened] = useState(false);
  const { settings, change } = state;
  const waiting = useWaiting(change);
  if (!settings) return null;
  return (
    <section className="choosing card" aria-labelledby="choosing" aria-busy={waiting}>
      <details
        onToggle={() => {
          setOpened(true);
        }}
      >
        <summary>
          <h2 id="choosing">How songs are chosen</h2>
          <span data-testid="settings">{settingsSentence(settings)}</span>
        </summary>
        {opened && (
          <Suspense fallback={<p className="hint">Loading…</p>}>
            <Choices settings={settings} change={change} onChange={onChange} />
          </Suspense>
        )}
      </details>
    </section>
  );
}
