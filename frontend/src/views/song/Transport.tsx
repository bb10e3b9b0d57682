import type { Opinion, SongPush } from "../../wire/messages";
import type { Music } from "../music/useMusic";
import { Icon } from "../Icon";
import { Press } from "../Press";
import "./Transport.css";

interface Props {
  readonly push: SongPush | null;
  readonly opinion: Opinion | null;
  /** Whether an opinion waits for its answer. */
  readonly rating: boolean;
  readonly music: Music;
  readonly skipOff: boolean;
  readonly onRate: (song_id: string, opinion: Opinion) => void;
  readonly onSkip: () => void;
}

/** What is pressed at a run: like, play or pause, skip. */
export function Transport({ push, opinion, rating, music, skipOff, onRate, onSkip }: Props) {
  const liked = opinion?.liked === true;
  return (
    <div className="transport">
      <Press
        name="Like"
        off={!push || !opinion || rating}
        pressed={liked}
        onPress={() => {
          if (push && opinion) onRate(push.song.id, { ...opinion, liked: liked ? null : true });
        }}
      >
        <Icon name="heart" />
      </Press>
      <Press
        className="primary"
        name={music.wanted ? "Pause" : "Play the music"}
        off={music.off}
        onPress={music.wanted ? music.pause : music.play}
      >
        <Icon name={music.wanted ? "pause" : "play"} />
      </Press>
      <Press name="Skip" off={skipOff} onPress={onSkip}>
        <Icon name="skip" />
      </Press>
    </div>
  );
}
