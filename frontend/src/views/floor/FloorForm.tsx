import { type SyntheticEvent, useId, useState } from "react";

import { floorAddress, floorNameSentence } from "../../floor/name";

/** Names a floor to look at. */
export function FloorForm({ label }: { readonly label: string }) {
  const [name, setName] = useState("");
  const [refusal, setRefusal] = useState("");
  const id = useId();
  const go = (event: SyntheticEvent) => {
    event.preventDefault();
    const sentence = floorNameSentence(name.trim());
    setRefusal(sentence);
    if (sentence === "") window.location.assign(floorAddress(window.location.search, name.trim()));
  };
  return (
    <form className="floor-form" noValidate onSubmit={go}>
      <label>
        {label}
        <input
          type="text"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={80}
          value={name}
          aria-invalid={refusal !== ""}
          aria-describedby={id}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
      </label>
      <button type="submit">Look</button>
      <p id={id} role="alert">
        {refusal}
      </p>
    </form>
  );
}
