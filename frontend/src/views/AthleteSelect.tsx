import "./AthleteSelect.css";

interface Props {
  readonly users: readonly string[];
  readonly chosen: string;
  readonly onChoose: (user: string) => void;
}

/** Whom to watch. A name from the page's address is offered even where the server lists it not. */
export function AthleteSelect({ users, chosen, onChoose }: Props) {
  const offered = users.includes(chosen) ? users : [chosen, ...users];
  return (
    <label className="athlete">
      <span>Athlete</span>
      <select
        value={chosen}
        onChange={(event) => {
          onChoose(event.target.value);
        }}
      >
        {offered.map((user) => (
          <option key={user}>{user}</option>
        ))}
      </select>
    </label>
  );
}
