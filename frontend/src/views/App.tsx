import { Suspense, lazy, useEffect, useState } from "react";

import { type Config, loadConfig } from "../wire/config";
import { chosenFloor } from "../floor/name";
import { signIn, signOut } from "../wire/login";
import { namedUser, ownUser, rememberUser } from "../wire/user";
import { AthleteSelect } from "./AthleteSelect";
import { FloorLink } from "./floor/FloorLink";
import { WorkoutPage } from "./WorkoutPage";
import "./App.css";

/** Loaded by coaches only. */
const FloorPage = lazy(() =>
  import("./floor/FloorPage").then(
    (module) => ({ default: module.FloorPage }),
    () => ({ default: NoFloorPage }),
  ),
);

export function App() {
  const [config, setConfig] = useState<Config | null>(null);
  const [failure, setFailure] = useState("");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);

  useEffect(() => {
    start().then(setConfig, (error: unknown) => {
      setFailure(error instanceof Error ? error.message : String(error));
    });
    async function start(): Promise<Config> {
      const loaded = await loadConfig();
      if (!loaded.login) setChosen(namedUser(window.location.search) ?? ownUser());
      if (loaded.login) setName(await signIn(loaded.login));
      return loaded;
    }
  }, []);

  if (failure) return <Notice sentence={failure} />;
  if (!config) return null;
  const floor = chosenFloor(window.location.search);
  if (floor !== null) {
    return (
      <Suspense>
        <FloorPage config={config} floor={floor} />
      </Suspense>
    );
  }
  const { login } = config;
  if (login) {
    return (
      <WorkoutPage config={config} user={name}>
        <FloorLink config={config} />
        <div className="athlete">
          <span>{name}</span>
          <button
            type="button"
            onClick={() => {
              signOut(login);
            }}
          >
            Sign out
          </button>
        </div>
      </WorkoutPage>
    );
  }
  const user = chosen ?? ownUser();
  const choose = (name: string) => {
    rememberUser(name);
    setChosen(name);
  };
  return (
    <WorkoutPage key={user} config={config} user={user}>
      <AthleteSelect users={config.users} chosen={user} onChoose={choose} />
      <FloorLink config={config} />
    </WorkoutPage>
  );
}

function NoFloorPage() {
  return <Notice sentence="The page of the floor could not be loaded. Is the server still running?" />;
}

function Notice({ sentence }: { readonly sentence: string }) {
  useEffect(() => {
    const again = () => {
      window.location.reload();
    };
    window.addEventListener("online", again);
    return () => {
      window.removeEventListener("online", again);
    };
  }, []);
  return (
    <main className="notice">
      <h1>TempoFit</h1>
      <p>{sentence}</p>
      <button
        type="button"
        onClick={() => {
          window.location.reload();
        }}
      >
        Try again
      </button>
    </main>
  );
}
