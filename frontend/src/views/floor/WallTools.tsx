import { useEffect, useRef, useState } from "react";

import { isOfThisMachine, joinAddress } from "../../floor/name";
import { Press } from "../Press";

/** What a coach does with the wall: fill the screen with it, and let people join. */
export function WallTools({ floor }: { readonly floor: string }) {
  const [joining, setJoining] = useState(false);
  return (
    <div className="wall-tools">
      <Press
        off={false}
        onPress={() => {
          setJoining(true);
        }}
      >
        Let people join
      </Press>
      {document.fullscreenEnabled && <FullScreen />}
      {joining && (
        <JoinCode
          address={joinAddress(window.location.href, floor)}
          floor={floor}
          onClose={() => {
            setJoining(false);
          }}
        />
      )}
    </div>
  );
}

function FullScreen() {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const look = () => {
      setFull(document.fullscreenElement !== null);
    };
    document.addEventListener("fullscreenchange", look);
    return () => {
      document.removeEventListener("fullscreenchange", look);
    };
  }, []);
  return (
    <Press
      off={false}
      onPress={() => {
        const asked = full ? document.exitFullscreen() : document.documentElement.requestFullscreen();
        asked.catch(() => {
          setFull(document.fullscreenElement !== null); // the browser said no, and shows so
        });
      }}
    >
      {full ? "Leave full screen" : "Full screen"}
    </Press>
  );
}

interface JoinProps {
  readonly address: string;
  readonly floor: string;
  readonly onClose: () => void;
}

/** The way to this floor for a phone's camera, and as an address to type. */
function JoinCode({ address, floor, onClose }: JoinProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [code, setCode] = useState<Code | "missing" | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector("h2")?.focus(); // a button would be below the code
  }, []);
  useEffect(() => {
    const leaving = new AbortController();
    codeOf(address).then(
      (made) => {
        if (!leaving.signal.aborted) setCode(made);
      },
      () => {
        setCode("missing");
      },
    );
    return () => {
      leaving.abort();
    };
  }, [address]);
  return (
    <dialog className="join-code" ref={dialog} aria-labelledby="join-code" onClose={onClose}>
      <h2 id="join-code" tabIndex={-1}>Join {floor}</h2>
      <div className="code">
        {code === "missing" && <p className="problem">The code could not be loaded. The address is below.</p>}
        {code !== null && code !== "missing" && (
          <svg role="img" aria-label={`The address ${address} as a QR code`} viewBox={code.box} data-testid="code">
            <path d={code.path} />
          </svg>
        )}
      </div>
      <p>
        Point a phone&rsquo;s camera at it, or open <code>{address}</code>
      </p>
      {isOfThisMachine(address) && (
        <p className="hint">No phone can open it: this page runs for the browsers of this computer only.</p>
      )}
      <p className="hint">
        People are asked before they join. You see their name, heart rate and songs from then on.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

/** A QR code as one path of unit squares. */
interface Code {
  readonly box: string;
  readonly path: string;
}

/** So many modules around a code have to be empty. */
const QUIET = 4;

/** Loaded when somebody asks for a code. */
async function codeOf(address: string): Promise<Code> {
  const { generate } = await import("lean-qr");
  const bitmap = generate(address);
  const places = Array.from({ length: bitmap.size }, (_, place) => place);
  const path = places
    .flatMap((y) => places.filter((x) => bitmap.get(x, y)).map((x) => `M${x} ${y}h1v1h-1z`))
    .join("");
  const wide = bitmap.size + 2 * QUIET;
  return { box: `${-QUIET} ${-QUIET} ${wide} ${wide}`, path };
}
