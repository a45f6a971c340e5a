import { useCallback, useEffect, useState } from "react";
import { newKey } from "../../api/client";
import type { App } from "../../api/apps";
import { useText } from "../../text";
import { Problem, useAction } from "../parts";
import { usePage } from "./page";

/** All that the app was; any of it can be had back. */
export function HistoryPanel() {
  const t = useText();
  const { api, app, path, rights, locale, setApp } = usePage();
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
        {versions?.map((version) => (
          <li key={version.version} className="row between">
            <span>
              <b>{t("version", { number: version.version })}</b>{" "}
              <small>
                {[version.prompt, version.created_at && new Date(version.created_at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" })].filter(Boolean).join(" · ")}
              </small>
              <small className="fields">{version.spec.entities?.flatMap((e) => e.fields ?? []).map((f) => f.label || f.name).join(", ")}</small>
            </span>
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
