import type { SongPush } from "../../wire/messages";
import { feltTempo } from "../../workout/playlist";

interface Props {
  readonly next: SongPush | null;
  readonly over: boolean;
}

/** The song after this one, known a few seconds before it starts. */
export function NextSong({ next, over }: Props) {
  return (
    <p className="next" data-testid="next">
      {over && "The next song is chosen as soon as a heart rate comes."}
      {!over && !next && "Next: chosen shortly before the end."}
      {!over && next && (
        <>
          Next: <b>{next.song.title}</b>, {next.song.artist}, tempo {Math.round(feltTempo(next))}
        </>
      )}
    </p>
  );
}
