import { type Api, newKey } from "../api/client";
import type { Conversation } from "../api/types";
import { useText } from "../text";
import { Problem, useAction } from "./parts";

interface Props {
  api: Api;
  token: string;
  onJoined: (conversationId: string) => void;
  onCancel: () => void;
}

/** Where an invite leads. Joining takes a click: a link alone must not show somebody's name to a group of strangers. */
export function Join({ api, token, onJoined, onCancel }: Props) {
  const t = useText();
  const { busy, error, run } = useAction();
  const join = () =>
    run(async () => {
      const path = `/v1/invites/${encodeURIComponent(token)}:join`;
      const { conversation } = await api.post<{ conversation: Conversation }>(path, { idempotency_key: newKey() });
      onJoined(conversation.conversation_id);
    });
  return (
    <main className="home">
      <h1>{t("invited")}</h1>
      <p className="hint">{t("invitedHint")}</p>
      <div className="row">
        <button className="primary" autoFocus disabled={busy} onClick={() => void join()}>{t("join")}</button>
        <button onClick={onCancel}>{t("cancel")}</button>
      </div>
      <Problem text={error} />
    </main>
  );
}
