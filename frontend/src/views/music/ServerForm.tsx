import { type ChangeEvent, useState } from "react";

import type { Entered } from "../../musicServer/server";
import { Press } from "../Press";

interface Props {
  readonly off: boolean;
  /** Whether the server wants the password itself, which the person may allow. */
  readonly wantsPassword: boolean;
  readonly onConnect: (entered: Entered) => void;
}

const EMPTY: Entered = { address: "", user: "", password: "", key: "", keep_password: false };

/** Asks for a server once; what is entered is in this form alone until it is connected. */
export function ServerForm({ off, wantsPassword, onConnect }: Props) {
  const [entered, setEntered] = useState(EMPTY);
  const put = (name: Exclude<keyof Entered, "keep_password">) => (event: ChangeEvent<HTMLInputElement>) => {
    setEntered({ ...entered, [name]: event.target.value });
  };
  const connect = () => {
    onConnect({ ...entered, user: entered.user.trim(), key: entered.key.trim() });
  };
  return (
    <form
      aria-label="Music server"
      onSubmit={(event) => {
        event.preventDefault();
        if (!off) connect();
      }}
    >
      <div className="service">
        <label>
          <span>Address</span>
          <input
            type="text"
            inputMode="url"
            autoComplete="off"
            placeholder="https://music.example.com"
            value={entered.address}
            onChange={put("address")}
          />
        </label>
        <label>
          <span>User</span>
          <input type="text" autoComplete="off" value={entered.user} onChange={put("user")} />
        </label>
        <label>
          <span>Password</span>
          <input type="password" autoComplete="off" value={entered.password} onChange={put("password")} />
        </label>
        <label>
          <span>API key</span>
          <input
            type="password"
            autoComplete="off"
            placeholder="instead of user and password"
            value={entered.key}
            onChange={put("key")}
          />
        </label>
      </div>
      {wantsPassword && (
        <label className="keep-password">
          <input
            type="checkbox"
            checked={entered.keep_password}
            onChange={(event) => {
              setEntered({ ...entered, keep_password: event.target.checked });
            }}
          />
          <span>Keep my password in this browser</span>
        </label>
      )}
      <div className="buttons">
        <Press off={off} onPress={connect}>
          Connect
        </Press>
        <button type="submit" hidden />
      </div>
    </form>
  );
}
