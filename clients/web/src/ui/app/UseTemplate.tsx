import { useEffect, useState } from "react";
import { type Api, newKey } from "../../api/client";
import type { App, Template } from "../../api/apps";
import type { Conversation } from "../../api/types";
import { useText } from "../../text";
import { titleOf } from "../House";
import { Problem, useAction } from "../parts";
import { SpecPreview } from "./SpecPreview";

interface Props {
  api: Api;
  code: string;
  onMade: (appId: string) => void;
  onCancel: () => void;
}

/** Where a template's link leads: what the app would be, and for whom to make it. */
export default function UseTemplate({ api, code, onMade, onCancel }: Props) {
  const t = useText();
  const [template, setTemplate] = useState<Template | undefined>();
  const [list, setList] = useState<readonly Conversation[]>([]);
  const [chosen, setChosen] = useState("");
  const [key] = useState(newKey);
  const { busy, error, run } = useAction();
  const path = `/v1/templates/${encodeURIComponent(code)}`;
  useEffect(() => {
    void run(async () => {
      setTemplate((await api.get<{ template: Template }>(path)).template);
      setList((await api.get<{ conversations?: Conversation[] }>("/v1/conversations?page_size=100")).conversations ?? []);
    });
  }, [api, path, run]);
  const make = () =>
    run(async () => {
      const body = { conversation_id: chosen, idempotency_key: `${key}-${chosen}` };
      onMade((await api.post<{ app: App }>(`${path}:use`, body)).app.app_id);
    });
  return (
    <main className="home">
      <h1>{t("templateOffered")}</h1>
      {template && (
        <>
          <SpecPreview spec={template.spec} />
          <label className="input">
            {t("forWhom")}
            <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
              <option value="">{t("onlyMe")}</option>
              {list.map((one) => <option key={one.conversation_id} value={one.conversation_id}>{titleOf(one, t("direct"), t("group"))}</option>)}
            </select>
          </label>
        </>
      )}
      <div className="row">
        {template && <button className="primary" disabled={busy} onClick={() => void make()}>{t("makeMine")}</button>}
        <button onClick={onCancel}>{t("cancel")}</button>
      </div>
      <Problem text={error} />
    </main>
  );
}
