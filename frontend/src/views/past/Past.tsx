import { useEffect, useRef, useState } from "react";

import type { PastAsks } from "../../session/gathering";
import { sentenceOf } from "../../session/questions";
import { clockOf, shortDay } from "../../workout/days";
import { NOT_LISTED, withPage } from "../../workout/past";
import { Press } from "../Press";
import { PastList, type Turning } from "./PastList";
import { PastOne } from "./PastOne";
import { Weeks } from "./Weeks";
import "./Past.css";

interface Props {
  readonly asks: PastAsks;
  /** The workout to open first; null for the list. */
  readonly session: number | null;
  readonly onClose: () => void;
}

/** What is looked at: a workout by its session, or one of the two views of all. */
type Shown = number | "list" | "weeks";

/** Past workouts over the page; what was focused before is again when it closes. */
export default function Past({ asks, session, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const head = useRef<HTMLHeadingElement>(null);
  const [shown, setShown] = useState<Shown>(session ?? "list");
  const [listed, setListed] = useState(NOT_LISTED);
  const [turning, setTurning] = useState<Turning>({ phase: "asks" });
  const leaving = useRef(false);

  useEffect(() => {
    dialog.current?.showModal();
    leaving.current = false;
    return () => {
      leaving.current = true;
    };
  }, []);
  useEffect(() => {
    head.current?.focus();
    dialog.current?.scrollTo(0, 0);
  }, [shown]);

  const turn = (before_ms?: number) => {
    asks.history(before_ms).then(
      (page) => {
        if (leaving.current) return;
        setListed((before) => withPage(before, page));
        setTurning({ phase: "rests" });
      },
      (error: unknown) => {
        if (!leaving.current) setTurning({ phase: "failed", sentence: sentenceOf(error) });
      },
    );
  };
  const first = useRef(turn);
  useEffect(() => {
    first.current();
  }, []);

  return (
    <dialog className="past" ref={dialog} aria-labelledby="past" onClose={onClose}>
      <div className="past-head">
        <h2 id="past" ref={head} tabIndex={-1}>
          {titleOf(shown)}
        </h2>
        <div className="buttons">
          {shown !== "list" && (
            <Press off={false} onPress={() => { setShown("list"); }}>
              All workouts
            </Press>
          )}
          <Press off={false} onPress={() => dialog.current?.close()}>
            Close
          </Press>
        </div>
      </div>
      {shown === "list" && (
        <PastList
          asks={asks}
          listed={listed}
          turning={turning}
          onTurn={() => {
            setTurning({ phase: "asks" });
            turn(listed.before_ms ?? undefined);
          }}
          onOpen={setShown}
          onWeeks={() => { setShown("weeks"); }}
        />
      )}
      {shown === "weeks" && <Weeks asks={asks} />}
      {typeof shown === "number" && <PastOne key={shown} asks={asks} session={shown} />}
    </dialog>
  );
}

function titleOf(shown: Shown): string {
  if (shown === "list") return "Past workouts";
  return shown === "weeks" ? "Your weeks" : `${shortDay(shown)}, ${clockOf(shown)}`;
}
