import { useEffect, useState } from "react";

import { type Config, loadConfig } from "../config";
import { chosenUser, rememberUser } from "../user";
import { AthleteSelect } from "./AthleteSelect";
import { WorkoutPage } from "./WorkoutPage";

export function App() {
  const [config, setConfig] = useState<Config | null>(null);
  const [failure, setFailure] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);

  useEffect(() => {
    loadConfig().then(setConfig, (error: unknown) => {
      setFailure(error instanceof Error ? error.message : String(error));
    });
  }, []);

  if (failure) return <Notice sentence={failure} />;
  if (!config) return null;
  const user = chosen ?? chosenUser(window.location.search, config.users);
  if (user === null) {
    return <Notice sentence="There is no athlete to watch: /config.json names no users." />;
  }
  const choose = (name: string) => {
    rememberUser(name);
    setChosen(name);
  };
  return (
    <WorkoutPage key={user} config={config} user={user}>
      <AthleteSelect users={config.users} chosen={user} onChoose={choose} />
    </WorkoutPage>
  );
}

function Notice({ sentence }: { readonly sentence: string }) {
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
