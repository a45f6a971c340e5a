import { useState } from "react";
import { newKey } from "../../api/client";
import type { Template } from "../../api/apps";
import { pathOf } from "../../state/useRoute";
import { type Key, useText } from "../../text";
import { Problem, useAction } from "../parts";
import { exportFile, save } from "./files";
import { Importer } from "./Importer";
import { usePage } from "./page";

const FORMATS: readonly [string, string][] = [["CSV", "FILE_FORMAT_CSV"], ["JSON", "FILE_FORMAT_JSON"], ["Parquet", "FILE_FORMAT_PARQUET"]];

/** The records as files, out and in, and the app as a template for others. */
export function FilesPanel() {
  const t = useText();
  const { app, rights } = usePage();
  const entities = app.spec.entities ?? [];
  const [chosen, setChosen] = useState(entities[0]?.name ?? "");
  const entity = entities.find((one) => one.name === chosen) ?? entities[0];
  if (!entity) return null;
  return (
    <section className="panel" aria-label={t("filesOfApp")}>
      {entities.length > 1 && (
        <label className="input">
          {t("whichRecords")}
          <select value={entity.name} onChange={(event) => setChosen(event.target.value)}>
            {entities.map((one) => <option key={one.name} value={one.name}>{one.label || one.name}</option>)}
          </select>
        </label>
      )}
      <Exporter entity={entity.name} />
      {rights.add(entity.name) && <Importer key={entity.name} entity={entity} />}
      {rights.edit && <TemplateLink />}
    </section>
  );
}

function Exporter({ entity }: { entity: string }) {
  const t = useText();
  const { api, path } = usePage();
  const { busy, error, run } = useAction();
  const get = (format: string) => run(async () => save(await exportFile(api, `${path}:export?format=${format}&entity=${encodeURIComponent(entity)}`)));
  return (
    <>
      <h2>{t("exportRecords")}</h2>
      <div className="row">
        {FORMATS.map(([name, format]) => <button key={name} disabled={busy} onClick={() => void get(format)}>{name}</button>)}
      </div>
      <Problem text={error} />
    </>
  );
}

/** A link by which others make an app like this one, without its records. */
function TemplateLink() {
  const t = useText();
  const { api, path } = usePage();
  const [template, setTemplate] = useState<Template | undefined>();
  const [said, setSaid] = useState<Key | undefined>();
  const { busy, error, run } = useAction();
  const link = template ? location.origin + pathOf({ conversationId: "", tab: "chat", template: template.code }) : "";

  const make = () =>
    run(async () => setTemplate((await api.post<{ template: Template }>(`${path}:template`, { idempotency_key: newKey() })).template));
  const withdraw = () =>
    run(async () => {
      await api.delete(`/v1/templates/${encodeURIComponent(template?.code ?? "")}`);
      setTemplate(undefined);
      setSaid("withdrawn");
    });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setSaid("copied");
    } catch {
      // No clipboard for a page that is no secure context: the link stands there to be copied by hand.
    }
  };
  return (
    <>
      <h2>{t("template")}</h2>
      <p className="hint">{t("templateHint")}</p>
      {template ? (
        <div className="row">
          <input aria-label={t("templateLink")} readOnly value={link} onFocus={(event) => event.target.select()} />
          <button onClick={() => void copy()}>{t(said === "copied" ? "copied" : "copy")}</button>
          <button disabled={busy} onClick={() => void withdraw()}>{t("withdraw")}</button>
        </div>
      ) : (
        <div className="row">
          <button disabled={busy} onClick={() => void make()}>{t("makeTemplate")}</button>
          <span className="hint" role="status">{said === "withdrawn" && t("withdrawn")}</span>
        </div>
      )}
      <Problem text={error} />
    </>
  );
}
