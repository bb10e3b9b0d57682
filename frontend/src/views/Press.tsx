import type { MouseEventHandler, ReactNode } from "react";

interface Props {
  /** Shown and in the order of focus, but without effect. */
  readonly off: boolean;
  readonly pressed?: boolean;
  readonly name?: string;
  readonly className?: string;
  readonly onPress: MouseEventHandler;
  readonly children: ReactNode;
}

/** A button that keeps the focus while it waits for the server, as `disabled` would not. */
export function Press({ off, pressed, name, className, onPress, children }: Props) {
  return (
    <button
      type="button"
      className={className}
      aria-disabled={off}
      aria-pressed={pressed}
      aria-label={name}
      onClick={(event) => {
        if (!off) onPress(event);
      }}
    >
      {children}
    </button>
  );
}
