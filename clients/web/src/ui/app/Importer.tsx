import { type ChangeEvent, useState } from "react";
import { newKey } from "../../api/client";
import type { Entity, ImportResult } from "../../api/apps";
import { headerOf, piecesOf } from "../../apps/csv";
import { kindOf, labelOf } from "../../apps/values";
import { useText } from "../../text";
import { Problem, Progress, useAction } from "../parts";
import { Broken } from "./Broken";
import { usePage } from "./page";

// The contract's: so much in one call.
const MOST_BYTES = 700 * 1024;

interface Preview extends ImportResult {
  csv: string;
  header: string[];
  columns: Record<string, string>;
  /** Repeating an import that broke off adds nothing twice. */
  key: string;
}

/** Records from a CSV file: what would come of it is shown first, column by column, with the rows that cannot be read. */
export function Importer({ entity }: { entity: Entity }) {
  const t = useText();
  const { api, path } = usePage();
  const [preview, setPreview] = useState<Preview | undefined>();
  const [progress, setProgress] = useState<number | undefined>();
  const [result, setResult] = useState<ImportResult | undefined>();
  const { busy, error, run } = useAction();
  const fields = (entity.fields ?? []).filter((field) => !field.formula);

  /** Sends the file in pieces; rows are counted over all of them. */
  const send = async (csv: string, columns: Record<string, string>, key: string, dry_run: boolean): Promise<ImportResult> => {
    const pieces = piecesOf(csv, MOST_BYTES);
    const all: Required<ImportResult> = { added: 0, broken: [], broken_count: 0, columns: {}, notes: [] };
    for (const [i, piece] of pieces.entries()) {
      if (pieces.length > 1) setProgress(i / pieces.length);
      const body = { entity: entity.name, csv: piece.csv, columns, dry_run, idempotency_key: `${key}-${i}` };
      const done = await api.post<ImportResult>(`${path}:import`, body);
      all.added += done.added;
      all.broken.push(...(done.broken ?? []).map((bad) => ({ ...bad, row: bad.row + piece.before })));
      all.broken_count += done.broken_count || done.broken?.length || 0;
      all.columns = { ...all.columns, ...done.columns };
      all.notes.push(...(done.notes ?? []));
    }
    return all;
  };
  const look = (csv: string, columns: Record<string, string>) =>
    run(async () => {
      setResult(undefined);
      try {
        const key = newKey();
        const found = await send(csv, columns, key, true);
        // Another key for the import itself: what was only looked at is not what is done.
        setPreview({ ...found, csv, header: headerOf(csv), columns: { ...found.columns, ...columns }, key: newKey() });
      } finally {
        setProgress(undefined);
      }
    });
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (file) void look(await file.text(), {});
  };
  const take = ({ csv, columns, key }: Preview) =>
    run(async () => {
      try {
        setResult(await send(csv, columns, key, false));
        setPreview(undefined);
      } finally {
        setProgress(undefined);
      }
    });
  return (
    <>
      <h2>{t("importRecords")}</h2>
      <label className="input">
        {t("csvFile")}
        <input type="file" accept=".csv,.tsv,text/csv" disabled={busy} onChange={(event) => void choose(event)} />
      </label>
      {progress !== undefined && <Progress step={t("sending")} value={progress} />}
      <Problem text={error} />
      {preview && (
        <div className="proposal">
          <table>
            <thead><tr><th scope="col">{t("column")}</th><th scope="col">{t("becomes")}</th></tr></thead>
            <tbody>
              {preview.header.map((column) => (
                <tr key={column}>
                  <th scope="row">{column}</th>
                  <td>
                    <select aria-label={t("columnBecomes", { name: column })} value={preview.columns[column] ?? ""} disabled={busy} onChange={(event) => void look(preview.csv, { ...preview.columns, [column]: event.target.value })}>
                      <option value="">{t("leftOut")}</option>
                      {fields.map((field) => <option key={field.name} value={field.name}>{`${labelOf(field)} · ${kindOf(field).toLowerCase().replace("_", " ")}`}</option>)}
                    </select>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>{t("wouldAdd", { count: preview.added })}</p>
          {preview.notes?.map(({ column, note }, i) => <p key={i} className="hint">{`${column}: ${note}`}</p>)}
          <Broken rows={preview.broken ?? []} count={preview.broken_count ?? 0} />
          <div className="row">
            <button className="primary" disabled={busy || preview.added === 0} onClick={() => void take(preview)}>{t("importThem", { count: preview.added })}</button>
            <button disabled={busy} onClick={() => setPreview(undefined)}>{t("cancel")}</button>
          </div>
        </div>
      )}
      <div role="status">
        {result && <p>{t("imported", { count: result.added })}</p>}
        {result && <Broken rows={result.broken ?? []} count={result.broken_count ?? 0} />}
      </div>
    </>
  );
}
