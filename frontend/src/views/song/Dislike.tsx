import type { Opinion } from "../../wire/messages";
import { Press } from "../Press";

interface Props {
  readonly opinion: Opinion;
  readonly waiting: boolean;
  readonly onRate: (opinion: Opinion) => void;
}

/** Says that the athlete does not like the playing song; pressed again, they no longer say. */
export function Dislike({ opinion, waiting, onRate }: Props) {
  const disliked = opinion.liked === false;
  return (
    <Press
      off={waiting}
      pressed={disliked}
      onPress={() => {
        onRate({ ...opinion, liked: disliked ? null : false });
      }}
    >
      Do not like
    </Press>
  );
}
