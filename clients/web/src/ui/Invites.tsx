import { useEffect, useState } from "react";
import { newKey } from "../api/client";
import type { Invite } from "../api/types";
import { pathOf } from "../state/useRoute";
import { useText } from "../text";
import { Empty, Problem, useAction } from "./parts";
import { useRoom } from "./room";

/** The links by which others may join; whoever has one gets in. */
export function Invites() {
  const t = useText();
  const { api, path } = useRoom();
  const [invites, setInvites] = useState<readonly Invite[] | undefined>();
  const { busy, error, run } = useAction();

  useEffect(() => {
    void run(async () => setInvites((await api.get<{ invites?: Invite[] }>(`${path}/invites`)).invites ?? []));
  }, [api, path, run]);

  const make = () =>
    run(async () => {
      const { invite } = await api.post<{ invite: Invite }>(`${path}/invites`, { idempotency_key: newKey() });
      setInvites((before) => [...(before ?? []), invite]);
    });
  const revoke = (invite: Invite) =>
    run(async () => {
      await api.delete(`${path}/invites/${encodeURIComponent(invite.invite_id)}`);
      setInvites((before) => before?.filter((other) => other.invite_id !== invite.invite_id));
    });
  return (
    <section aria-labelledby="invites-title">
      <h2 id="invites-title">{t("invites")}</h2>
      {invites?.length === 0 && <Empty>{t("noInvites")}</Empty>}
      <ul>{invites?.map((invite) => <InviteRow key={invite.invite_id} invite={invite} busy={busy} onRevoke={() => void revoke(invite)} />)}</ul>
      <button disabled={busy} onClick={() => void make()}>{t("newInvite")}</button>
      <Problem text={error} />
    </section>
  );
}

function InviteRow({ invite, busy, onRevoke }: { invite: Invite; busy: boolean; onRevoke: () => void }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  const link = location.origin + pathOf({ conversationId: "", tab: "chat", invite: invite.token });
  const until = invite.expires_at ? new Date(invite.expires_at).toLocaleDateString() : "";

  const copy = async (box: HTMLInputElement) => {
    box.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // No clipboard for a page that is no secure context: the link is selected, to be copied by hand.
    }
  };
  return (
    <li className="row">
      <input aria-label={t("inviteLink")} readOnly value={link} onFocus={(event) => event.target.select()} />
      <small>{t("inviteUntil", { date: until, uses: invite.uses })}</small>
      <button onClick={(event) => void copy(event.currentTarget.parentElement?.querySelector("input") as HTMLInputElement)}>
        {t(copied ? "copied" : "copy")}
      </button>
      <button disabled={busy} onClick={onRevoke}>{t("revoke")}</button>
    </li>
  );
}
