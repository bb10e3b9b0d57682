import type { Opinion } from "../../wire/messages";
import { Press } from "../Press";

interface Props {
  readonly opinion: Opinion;
  readonly waiting: boolean;
  readonly onRate: (opinion: Opinion) => void;
}

/** Whether the athlete likes the playing song; pressed again, they no longer say. */
export function Likes({ opinion, waiting, onRate }: Props) {
  const like = (liked: boolean, words: string) => (
    <Press
      off={waiting}
      pressed={opinion.liked === liked}
      onPress={() => {
        onRate({ ...opinion, liked: opinion.liked === liked ? null : liked });
      }}
    >
      {words}
    </Press>
  );
  return (
    <>
      {like(true, "Like")}
      {like(false, "Do not like")}
    </>
  );
}
