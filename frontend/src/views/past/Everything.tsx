import { useState } from "react";

import { type PastAsks, listSince, readEach } from "../../session/gathering";
import { sentenceOf } from "../../session/questions";
import type { PastSongs } from "../../wire/messages";
import { fileName, jsonOf } from "../../workout/export";
import { counted } from "../../workout/words";
import { useLeaving } from "../hooks";
import { Press } from "../Press";
import { save } from "../save";

/** Takes every workout along, with its songs, in one file. */
export function Everything({ asks }: { readonly asks: PastAsks }) {
  const [progress, setProgress] = useState("");
  const [reads, setReads] = useState(false);
  const leaving = useLeaving();
  const read = async () => {
    const { current: signal } = leaving;
    setProgress("Looking how many there are…");
    const workouts = await listSince(asks, 0, signal);
    const pasts: PastSongs[] = [];
    const take = (past: PastSongs) => {
      pasts.push(past);
      setProgress(`Reading: ${pasts.length} of ${counted(workouts.length, "workout")}.`);
    };
    await readEach(asks, workouts, take, signal);
    save(jsonOf(pasts, Date.now()), "application/json", fileName(Date.now(), "json"));
    setProgress(pasts.length === 1 ? "Your one workout is in the file." : `All ${pasts.length} workouts are in the file.`);
  };
  return (
    <div className="past-everything card">
      <Press
        off={reads}
        onPress={() => {
          setReads(true);
          read()
            .catch((error: unknown) => {
              if (!leaving.current.aborted) setProgress(`Nothing was saved. ${sentenceOf(error)}`);
            })
            .finally(() => {
              setReads(false);
            });
        }}
      >
        Download everything as JSON
      </Press>
      <p className="hint" role="status" data-testid="everything">
        {progress}
      </p>
    </div>
  );
}
