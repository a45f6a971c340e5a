import { type FormEvent, useState } from "react";
import type { Api } from "../../api/client";
import type { AskAnswer, RecordItem, Table, Value } from "../../api/apps";
import { useText } from "../../text";
import { Problem, useAction } from "../parts";

interface Props {
  api: Api;
  /** What the question is about: one app, or all of a conversation. */
  about: { app_id: string } | { conversation_id: string };
  /** Opens a record that the answer rests on. */
  onRecord?: (recordId: string) => void;
}

const MOST_CITED = 20;

/** A question over records: the answer as computed, how it was read, and the rows that it rests on. */
export function AskBox({ api, about, onRecord }: Props) {
  const t = useText();
  const [question, setQuestion] = useState("");
  const [answer, setAnswer] = useState<AskAnswer | undefined>();
  const { busy, error, run } = useAction();

  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (!question.trim()) return;
    void run(async () => {
      setAnswer(undefined);
      setAnswer(await api.post<AskAnswer>("/v1/apps:ask", { question, ...about }));
    });
  };
  return (
    <form className="ask" onSubmit={ask}>
      <div className="row">
        <input type="search" aria-label={t("question")} placeholder={t("askHint")} value={question} onChange={(event) => setQuestion(event.target.value)} />
        <button disabled={busy || !question.trim()}>{t("ask")}</button>
      </div>
      <Problem text={error} />
      <div role="status">{answer && <Answer answer={answer} {...(onRecord ? { onRecord } : {})} />}</div>
    </form>
  );
}

function Answer({ answer, onRecord }: { answer: AskAnswer; onRecord?: (recordId: string) => void }) {
  const t = useText();
  if (!answer.answered) return <p className="answer">{`${t("notAnswered")} ${answer.reason}`}</p>;
  const records = answer.records ?? [];
  // Said once is enough.
  const reading = answer.text.includes(answer.reading) ? "" : answer.reading;
  return (
    <div className="answer">
      {answer.verdict && <p className="verdict">{answer.verdict}</p>}
      <p>{answer.text}</p>
      <small>{[reading, answer.read_by_model && t("readByModel")].filter(Boolean).join(" · ")}</small>
      <Rows table={answer.table} />
      {records.length > 0 && (
        <details className="sources">
          <summary>{t("basedOn", { count: answer.table?.record_count ?? records.length })}</summary>
          <ul>{records.slice(0, MOST_CITED).map((record) => <Cited key={record.record_id} record={record} {...(onRecord ? { onRecord } : {})} />)}</ul>
        </details>
      )}
    </div>
  );
}

function Cited({ record, onRecord }: { record: RecordItem; onRecord?: (recordId: string) => void }) {
  const words = Object.values(record.values ?? {}).map(plain).filter(Boolean).join(" · ");
  return <li>{onRecord ? <button type="button" className="link" onClick={() => onRecord(record.record_id)}>{words}</button> : words}</li>;
}

/** The whole answer, where it is more than one figure. */
function Rows({ table }: { table: Table | undefined }) {
  const t = useText();
  const [columns, rows] = [table?.columns ?? [], table?.rows ?? []];
  if (rows.length === 0 || (rows.length === 1 && columns.length === 1)) return null;
  return (
    <div className="table">
      <table>
        <thead><tr>{columns.map((column) => <th key={column.name} scope="col">{column.unit ? `${column.name} (${column.unit})` : column.name}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, i) => <tr key={i}>{columns.map((column, j) => <td key={column.name}>{plain(row.values?.[j])}</td>)}</tr>)}
        </tbody>
      </table>
      {table?.truncated && <p className="hint">{t("moreRows")}</p>}
    </div>
  );
}

function plain(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return value.toLocaleString(undefined, { maximumFractionDigits: 4 });
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
