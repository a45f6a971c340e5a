import { type ComponentType, useState } from "react";
import { type Key, useText } from "../../text";
import { AskBox } from "./AskBox";
import { ChangePanel } from "./ChangePanel";
import { FilesPanel } from "./FilesPanel";
import { HistoryPanel } from "./HistoryPanel";
import { usePage } from "./page";
import { PeoplePanel } from "./PeoplePanel";

interface Tool {
  key: string;
  words: Key;
  Panel: ComponentType;
  /** Only for those who may change the app. */
  edits?: true;
}

const TOOLS: readonly Tool[] = [
  { key: "ask", words: "ask", Panel: AskPanel },
  { key: "change", words: "change", Panel: ChangePanel, edits: true },
  { key: "people", words: "people", Panel: PeoplePanel },
  { key: "files", words: "filesAndLinks", Panel: FilesPanel },
  { key: "history", words: "history", Panel: HistoryPanel },
];

/** What can be done with the app as a whole, one thing at a time. */
export function Tools() {
  const t = useText();
  const { rights, editId, proposals } = usePage();
  const tools = TOOLS.filter((tool) => !tool.edits || rights.edit);
  // Where there is little room the app itself comes first.
  const [open, setOpen] = useState(() => (editId ? "change" : matchMedia("(min-width: 46rem)").matches ? "ask" : ""));
  const Panel = tools.find((tool) => tool.key === open)?.Panel;
  return (
    <aside className="tools" aria-label={t("tools")}>
      <div className="tool-tabs" role="group" aria-label={t("tools")}>
        {tools.map((tool) => (
          <button key={tool.key} aria-pressed={tool.key === open} onClick={() => setOpen(open === tool.key ? "" : tool.key)}>
            {t(tool.words)}
            {tool.key === "change" && proposals.length > 0 && <Waiting count={proposals.length} />}
          </button>
        ))}
      </div>
      {Panel && <Panel />}
    </aside>
  );
}

function Waiting({ count }: { count: number }) {
  const t = useText();
  return <span className="badge" role="img" aria-label={`${t("waitingProposals")}: ${count}`}>{count}</span>;
}

function AskPanel() {
  const { api, app, open } = usePage();
  return <section className="panel"><AskBox api={api} about={{ app_id: app.app_id }} onRecord={open} /></section>;
}
