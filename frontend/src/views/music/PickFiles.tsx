import { type ChangeEvent, useRef } from "react";

import { Press } from "../Press";

interface Props {
  readonly off: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Music files, some or a folder of them. */
export function PickFiles({ off, onFiles }: Props) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const picked = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const list = [...(currentTarget.files ?? [])];
    currentTarget.value = ""; // so that the same files can be picked again
    if (list.length > 0) onFiles(list);
  };
  return (
    <>
      <div className="buttons">
        <Press off={off} onPress={() => files.current?.click()}>
          Choose files
        </Press>
        <Press off={off} onPress={() => folder.current?.click()}>
          Choose a folder
        </Press>
      </div>
      <p className="hint">Or drop files and folders anywhere on this page.</p>
      <input ref={files} type="file" multiple accept="audio/*" hidden onChange={picked} data-testid="own-files" />
      <input
        ref={(input) => {
          folder.current = input;
          input?.setAttribute("webkitdirectory", ""); // React has no word for it
        }}
        type="file"
        hidden
        onChange={picked}
        data-testid="own-folder"
      />
    </>
  );
}
