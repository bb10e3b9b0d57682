import { useStore } from "../hooks";
import { canSpeak, say } from "../plan/speech";
import { switches } from "../plan/switches";

/** What of a plan, or of a chosen zone, may be heard beside the music. */
export function Cues({ plan }: { readonly plan: boolean }) {
  const { tones, speech } = useStore(switches);
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={tones}
          onChange={() => {
            switches.dispatch({ tones: !tones });
          }}
        />
        <span>
          {plan
            ? "Beep before a phase changes, and when I leave its zone or am back in it, while the music plays."
            : "Sound a tone when I leave the zone I aim at, or am back in it, while the music plays."}
        </span>
      </label>
      {plan && canSpeak() && (
        <label className="check">
          <input
            type="checkbox"
            checked={speech}
            onChange={() => {
              if (!speech) say("Phases are said aloud.");
              switches.dispatch({ speech: !speech });
            }}
          />
          <span>Say each phase aloud when it begins.</span>
        </label>
      )}
    </>
  );
}
