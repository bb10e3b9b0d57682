import { useEffect, useRef, useState } from "react";

import { NAMES, type Origin } from "../../heart/best";
import type { Bluetooth } from "../../heart/bluetooth";
import { isToldAgain } from "../../heart/cadence";
import { chooseMachine } from "../../heart/machine";
import type { Running } from "../../heart/source";
import { keepScreenOn } from "../../music/keys";
import { Press } from "../Press";
import type { Beside } from "./useSource";

interface Props extends Beside {
  /** Whether this page may not send heart rates. */
  readonly off: boolean;
}

interface Told {
  readonly cadence: number | null;
  readonly at_ms: number;
}

const UNTOLD: Told = { cadence: null, at_ms: 0 };

/** A bike, treadmill, rower or sensor, which may be used beside any source. */
export default function Machine({ best, onHeartRate, onCadence, off }: Props) {
  const [{ sentence, on }, setStatus] = useState({ sentence: "", on: false });
  const [cadence, setCadence] = useState<number | null>(null);
  const [counts, setCounts] = useState<Origin | null>(null);
  const running = useRef<Running | null>(null);
  const told = useRef(UNTOLD);
  const tell = useRef(onCadence);
  useEffect(() => {
    tell.current = onCadence;
  });
  const onTurn = (measured: number) => {
    setCadence(measured);
    const now_ms = Date.now();
    if (!isToldAgain(measured, told.current.cadence, now_ms, told.current.at_ms)) return;
    if (tell.current(measured)) told.current = { cadence: measured, at_ms: now_ms };
  };
  const onBeat = (heart_rate: number) => {
    const now_ms = Date.now();
    if (best.hears("machine", now_ms)) onHeartRate(heart_rate);
    setCounts(best.of(now_ms));
  };
  useEffect(() => (on ? keepScreenOn() : undefined), [on]);
  const stop = () => {
    running.current?.stop();
    running.current = null;
    told.current = UNTOLD;
    best.forget("machine");
    setStatus({ sentence: "", on: false });
    setCadence(null);
    setCounts(null);
  };
  const use = () => {
    stop();
    const { bluetooth } = navigator as Navigator & { readonly bluetooth?: Bluetooth };
    running.current = chooseMachine(bluetooth, {
      onMachine: (sentence, on) => {
        setStatus({ sentence, on });
      },
      onHeartRate: onBeat,
      onCadence: onTurn,
    });
  };
  useEffect(() => () => running.current?.stop(), []);
  return (
    <section aria-label="Machine or sensor">
      <p>
        A bike, treadmill or rower, or a sensor of steps or turns: its cadence is followed in the mode Cadence, and its
        heart rate counts while no strap tells one.
      </p>
      <p data-testid="machine-note" role="status">
        {sentence}
        {cadence !== null && ` ${Math.round(cadence)} steps or turns a minute.`}
        {counts && ` The heart rate is that of the ${NAMES[counts]}.`}
      </p>
      <div className="buttons">
        <Press off={off && !on} onPress={on ? stop : use}>
          {on ? "Stop using the machine" : "Use a machine or sensor"}
        </Press>
      </div>
    </section>
  );
}
