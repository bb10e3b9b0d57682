import { Icon } from "../Icon";
import { Press } from "../Press";
import "./Start.css";

interface Props {
  /** Whether this page may not begin yet. */
  readonly off: boolean;
  readonly onStart: () => void;
}

/** The first thing that a visitor sees: one press, and they hear what this is. */
export function Start({ off, onStart }: Props) {
  return (
    <section className="start" aria-labelledby="start">
      <h2 id="start">
        Music at the pace of <em>your heart</em>
      </h2>
      <p>Press Start: a made-up heart begins to beat, and the music goes with it. Drag it, and the tempo follows.</p>
      <Press className="primary" off={off} onPress={onStart}>
        <Icon name="play" />
        Start
      </Press>
    </section>
  );
}
