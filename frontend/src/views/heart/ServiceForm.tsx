import { type ReactNode, useState } from "react";

import { type Relay, SERVICES, type ServiceName, addressOf } from "../../heart/relay";
import { Press } from "../Press";

const NAMES = Object.keys(SERVICES) as readonly ServiceName[];

interface Props {
  readonly inUse: boolean;
  readonly off: boolean;
  /** Whether the service is asked at its own address only. */
  readonly deployed: boolean;
  readonly onService: (relay: Relay) => void;
  readonly onStop: () => void;
}

/** Asks for a service and its token, which is kept nowhere but in this form. */
export function ServiceForm({ inUse, off, deployed, onService, onStop }: Props) {
  const [relay, setRelay] = useState<Relay>(() => relayOf("Pulsoid"));
  const [trouble, setTrouble] = useState("");
  const { service, token, device, address } = relay;
  const put = (part: Partial<Relay>) => {
    setRelay({ ...relay, ...part });
  };
  const connect = () => {
    const sentence = missing(relay);
    setTrouble(sentence);
    if (!sentence) onService(relay);
  };
  return (
    <form
      aria-label="Service"
      onSubmit={(event) => {
        event.preventDefault();
        if (!off && !inUse) connect();
      }}
    >
      <p>A service that passes your heart rate on. What you enter stays in this page until you close it.</p>
      <div className="service">
        <Field label="Service">
          <select
            value={service}
            disabled={inUse}
            onChange={(event) => {
              const chosen = NAMES.find((name) => name === event.target.value);
              if (chosen) setRelay(relayOf(chosen));
            }}
          >
            {NAMES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label={SERVICES[service].secret}>
          <input
            type="password"
            autoComplete="off"
            value={token}
            readOnly={inUse}
            onChange={(event) => {
              put({ token: event.target.value.trim() });
            }}
          />
        </Field>
        {SERVICES[service].device && (
          <Field label="Device ID">
            <input
              type="text"
              autoComplete="off"
              value={device}
              readOnly={inUse}
              onChange={(event) => {
                put({ device: event.target.value.trim() });
              }}
            />
          </Field>
        )}
        {!deployed && (
          <Field label="Address">
            <input
              type="text"
              inputMode="url"
              autoComplete="off"
              value={address}
              readOnly={inUse}
              onChange={(event) => {
                put({ address: event.target.value.trim() });
              }}
            />
          </Field>
        )}
      </div>
      {trouble && (
        <p className="problem" role="alert">
          {trouble}
        </p>
      )}
      <div className="buttons">
        <Press off={off} onPress={inUse ? onStop : connect}>
          {inUse ? `Stop using ${service}` : `Use ${service}`}
        </Press>
      </div>
    </form>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <label>
      <span>{label}</span>
      {children}
    </label>
  );
}

function relayOf(service: ServiceName): Relay {
  return { service, address: SERVICES[service].address, token: "", device: "" };
}

/** What is wrong with the form, as a sentence; empty where nothing is. */
function missing(relay: Relay): string {
  const { service, token, device } = relay;
  const secret = SERVICES[service].secret.toLowerCase();
  if (!token) return `${service} needs a ${secret}, which its website gives you.`;
  if (SERVICES[service].device && !device) return `${service} needs the ID of your device.`;
  try {
    addressOf(relay);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
