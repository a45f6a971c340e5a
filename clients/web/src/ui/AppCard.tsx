import { type FormEvent, useEffect, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { App, AskAnswer, RecordItem, Value } from "../api/types";
import { useText } from "../text";
import { Empty, Input, Problem, useAction } from "./parts";
import { RecordForm } from "./RecordForm";

/** One mini-app: its records, a form for the next one, and a question over all of them. */
export function AppCard({ api, app }: { api: Api; app: App }) {
  const t = useText();
  const [records, setRecords] = useState<RecordItem[] | undefined>();
  const { error, fields, run } = useAction();
  const entity = app.spec.entities?.[0];
  const path = `/v1/apps/${encodeURIComponent(app.app_id)}`;

  useEffect(() => {
    void run(async () => setRecords((await api.get<{ records?: RecordItem[] }>(`${path}/records`)).records ?? []));
  }, [api, path, run]);

  if (!entity) return null;
  const add = (values: Record<string, Value>) =>
    run(async () => {
      const body = { entity: entity.name, values, idempotency_key: newKey() };
      const { record } = await api.post<{ record: RecordItem }>(`${path}/records`, body);
      setRecords((before) => [record, ...(before ?? [])]);
    });
  const shown = records?.filter((record) => record.entity === entity.name);
  const columns = entity.fields ?? [];
  return (
    <article className="app">
      <h2><span aria-hidden="true">{app.spec.icon}</span> {app.spec.title}</h2>
      <p className="hint">{app.spec.description}</p>
      {shown?.length === 0 && <Empty>{t("noRecords")}</Empty>}
      {shown && shown.length > 0 && (
        <div className="table">
          <table>
            <thead>
              <tr>{columns.map((field) => <th key={field.name} scope="col">{withUnit(field.label || field.name, field.unit)}</th>)}</tr>
            </thead>
            <tbody>
              {shown.map((record) => (
                <tr key={record.record_id}>
                  {columns.map((field) => <td key={field.name}>{inWords(record.values?.[field.name], t("yes"), t("no"))}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <RecordForm entity={entity} errors={fields} onAdd={add} />
      <Problem text={error} />
      <Ask api={api} appId={app.app_id} />
    </article>
  );
}

function Ask({ api, appId }: { api: Api; appId: string }) {
  const t = useText();
  const [question, setQuestion] = useState("");
  const [answer, setAnswer] = useState<AskAnswer | undefined>();
  const { busy, error, run } = useAction();

  const ask = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => setAnswer(await api.post<AskAnswer>("/v1/apps:ask", { question, app_id: appId })));
  };
  return (
    <form className="ask" onSubmit={ask}>
      <div className="row">
        <Input label={t("ask")} placeholder={t("askHint")} value={question} onChange={setQuestion} required />
        <button disabled={busy}>{t("ask")}</button>
      </div>
      <Problem text={error} />
      <div role="status">
        {answer && (
          <p className="answer">
            {answer.answered ? answer.text : `${t("notAnswered")} ${answer.reason}`}
            {answer.answered && <small>{`${answer.reading} · ${t("basedOn", { count: answer.records?.length ?? 0 })}`}</small>}
          </p>
        )}
      </div>
    </form>
  );
}

export function withUnit(label: string, unit: string): string {
  return unit ? `${label} (${unit})` : label;
}

function inWords(value: Value | undefined, yes: string, no: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? yes : no;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
