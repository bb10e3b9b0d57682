import { ownUser } from "../wire/user";
import "./AthleteSelect.css";

interface Props {
  readonly users: readonly string[];
  readonly chosen: string;
  readonly onChoose: (user: string) => void;
}

/** Whose workout: the visitor's own, or one to look at. A name from the address is offered in any case. */
export function AthleteSelect({ users, chosen, onChoose }: Props) {
  const own = ownUser();
  const offered = [...new Set([own, chosen, ...users])];
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
          <option key={user} value={user}>
            {user === own ? "You" : user}
          </option>
        ))}
      </select>
    </label>
  );
}
