import { useState } from "react";
import type { Api } from "../api/client";
import { waitingOf } from "../live/keeping";
import { useText } from "../text";

/** Signs out; where edits have not reached the server they would be lost, and that is asked first. */
export function SignOut({ api, personId }: { api: Api; personId: string }) {
  const t = useText();
  const [waiting, setWaiting] = useState(0);
  const leave = async () => {
    const count = await waitingOf(personId);
    if (count === 0) api.signOut();
    setWaiting(count);
  };
  if (waiting === 0) return <button className="link" onClick={() => void leave()}>{t("signOut")}</button>;
  return (
    <span role="alertdialog" aria-label={t("signOut")} className="sure">
      <span className="error">{t("wouldLose", { count: waiting })}</span>
      <button onClick={() => api.signOut()}>{t("signOutForSure")}</button>
      <button autoFocus onClick={() => setWaiting(0)}>{t("cancel")}</button>
    </span>
  );
}
