import { type FormEvent, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { App, BrokenRow } from "../api/apps";
import { useText } from "../text";
import { Broken } from "./app/Broken";
import { Input, Problem, useAction } from "./parts";

interface Props {
  api: Api;
  conversationId: string;
  onMade: (appId: string) => void;
}

interface Made {
  app: App;
  added: number;
  broken?: BrokenRow[];
}

/** Makes an app from a table that somebody has already: its columns become fields, its rows records. */
export function FromCsv({ api, conversationId, onMade }: Props) {
  const t = useText();
  const [title, setTitle] = useState("");
  const [file, setFile] = useState<File | undefined>();
  const [made, setMade] = useState<Made | undefined>();
  const { busy, error, fields, run } = useAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!file) return;
    void run(async () => {
      const body = { title: title || file.name.replace(/\.\w+$/, ""), csv: await file.text(), conversation_id: conversationId, idempotency_key: newKey() };
      const done = await api.post<Made>("/v1/apps:fromCsv", body);
      if (done.broken?.length) setMade(done);
      else onMade(done.app.app_id);
    });
  };
  return (
    <details className="sources">
      <summary>{t("fromCsv")}</summary>
      <form className="row" onSubmit={submit}>
        <label className="input">{t("csvFile")}<input type="file" accept=".csv,.tsv,text/csv" required onChange={(event) => setFile(event.target.files?.[0])} /></label>
        <Input label={t("groupTitle")} value={title} onChange={setTitle} error={fields["title"]} />
        <button disabled={busy || !file}>{t("makeApp")}</button>
      </form>
      <Problem text={error} />
      {made && (
        <div className="proposal">
          <p>{t("imported", { count: made.added })}</p>
          <Broken rows={made.broken ?? []} count={made.broken?.length ?? 0} />
          <button onClick={() => onMade(made.app.app_id)}>{t("open")}</button>
        </div>
      )}
    </details>
  );
}
