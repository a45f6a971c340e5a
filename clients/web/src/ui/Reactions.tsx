import type { Message } from "../api/types";
import { useText } from "../text";
import { nameOf, useRoom } from "./room";

/** The emoji on a message, how many put each there, and who. */
export function Reactions({ message, onReact }: { message: Message; onReact: (emoji: string, remove: boolean) => void }) {
  const t = useText();
  const room = useRoom();
  const reactions = (message.reactions ?? []).filter((reaction) => reaction.person_ids?.length);
  if (reactions.length === 0) return null;
  return (
    <div className="reactions" role="group" aria-label={t("reactions")}>
      {reactions.map(({ emoji, person_ids = [] }) => {
        const mine = person_ids.includes(room.profile.person_id);
        const names = person_ids.map((id) => nameOf(room, id)).filter(Boolean).join(", ");
        return (
          <button key={emoji} aria-pressed={mine} aria-label={`${emoji} ${names}`} title={names} onClick={() => onReact(emoji, mine)}>
            <span className="emoji" aria-hidden="true">{emoji}</span> {person_ids.length}
          </button>
        );
      })}
    </div>
  );
}
