import { useCallback, useEffect, useState } from "react";
import { newKey } from "../../api/client";
import type { App } from "../../api/apps";
import { fieldsMissing } from "../../apps/views";
import { useText } from "../../text";
import { Problem, useAction } from "../parts";
import { usePage } from "./page";

/** All that the app was; any of it can be had back. */
export function HistoryPanel() {
  const t = useText();
  const { api, app, path, rights, setApp } = usePage();
  const [versions, setVersions] = useState<readonly App[] | undefined>();
  const [more, setMore] = useState("");
  const { busy, error, run } = useAction();

  const load = useCallback(
    async (token: string) => {
      const page = `page_size=20${token && `&page_token=${encodeURIComponent(token)}`}`;
      const found = await api.get<{ versions?: App[]; next_page_token?: string }>(`${path}/versions?${page}`);
      setVersions((before) => [...(token ? (before ?? []) : []), ...(found.versions ?? [])]);
      setMore(found.next_page_token ?? "");
    },
    [api, path],
  );
  useEffect(() => void run(() => load("")), [load, run, app.version]);

  const restore = (version: number) =>
    run(async () => setApp((await api.post<{ app: App }>(`${path}/versions/${version}:restore`, { idempotency_key: newKey() })).app));
  return (
    <section className="panel" aria-label={t("history")}>
      <h2>{t("history")}</h2>
      <Problem text={error} />
      <ol className="versions">
        {versions?.map((version, i) => (
          <li key={version.version} className="row between">
            <Described version={version} before={versions[i + 1]} />
            {version.version === app.version ? <small>{t("current")}</small> : rights.edit && (
              <button disabled={busy} onClick={() => void restore(version.version)}>{t("restore")}</button>
            )}
          </li>
        ))}
      </ol>
      {more && <button className="more" disabled={busy} onClick={() => void run(() => load(more))}>{t("earlierVersions")}</button>}
    </section>
  );
}

/** How a version came to be, and which fields came and went with it. */
function Described({ version, before }: { version: App; before: App | undefined }) {
  const t = useText();
  const { names, locale } = usePage();
  const at = version.changed_at ?? version.created_at;
  const how = [
    version.restored_version ? t("restoredFrom", { number: version.restored_version }) : version.request,
    names.get(version.changed_by ?? ""),
    at && new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" }),
  ];
  // The oldest one that is known has nothing to be held against.
  const [come, gone] = before ? [fieldsMissing(version.spec, before.spec), fieldsMissing(before.spec, version.spec)] : [[], []];
  return (
    <span>
      <b>{t("version", { number: version.version })}</b> <small>{how.filter(Boolean).join(" · ")}</small>
      {come.length + gone.length > 0 && (
        <small className="fields">{[...come.map((label) => `+ ${label}`), ...gone.map((label) => `− ${label}`)].join(", ")}</small>
      )}
    </span>
  );
}
