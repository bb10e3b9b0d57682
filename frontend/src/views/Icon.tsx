/** Signs that mean the same everywhere; what a button does stands in its name. */
const PATHS = {
  heart: "M12 20.7 4.3 13a5.2 5.2 0 0 1 7.4-7.3l.3.3.3-.3A5.2 5.2 0 0 1 19.7 13z",
  play: "M7 4.6v14.8c0 .8.9 1.3 1.6.9l11.6-7.4c.6-.4.6-1.4 0-1.8L8.6 3.7C7.9 3.3 7 3.8 7 4.6z",
  pause: "M6 4h4.5v16H6zM13.5 4H18v16h-4.5z",
  skip: "M4 5.2v13.6c0 .8.9 1.2 1.5.8L15 13.2V19h3.5V5H15v5.8L5.5 4.4C4.9 4 4 4.4 4 5.2z",
  note: "M9 4.5 19 3v11.6a3.1 3.1 0 1 1-2-2.9V7.2l-6 .9v9.5a3.1 3.1 0 1 1-2-2.9z",
  up: "m12 7.5 8 8-2 2-6-6-6 6-2-2z",
} as const;

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
