import type { Api } from "../api/client";
import { type App, type AppEdit, type AppProgress, appPath } from "../api/apps";
import type { Card } from "../api/types";

export interface Found {
  appId: string;
  /** A change that waits to be made or dropped. */
  editId?: string;
}

/** The mini-app that a card of the AI's is about; a card names the app, or the operation that makes or changes it. */
export async function appOfCard(api: Api, conversationId: string, card: Card): Promise<Found | undefined> {
  const target = card.target_id ?? "";
  if (card.kind === "records") return { appId: target };
  let last: AppProgress | undefined;
  try {
    const watch = `/v1/apps/operations/${encodeURIComponent(target)}:watch`;
    for await (const line of api.stream<AppProgress>(watch, new AbortController().signal)) last = line;
  } catch {
    // The operation is its asker's alone; the app is there for all.
  }
  if (last?.app) return { appId: last.app.app_id };
  const { apps = [] } = await api.get<{ apps?: App[] }>(`/v1/apps?conversation_id=${encodeURIComponent(conversationId)}&page_size=200`);
  const named = apps.filter((app) => app.spec.title === card.title);
  const editId = last?.operation.result_id;
  for (const app of editId ? named : []) {
    const path = `${appPath(app.app_id)}/edits/${encodeURIComponent(editId ?? "")}`;
    const edit = await api.get<{ edit: AppEdit }>(path).then((found) => found.edit, () => undefined);
    if (edit && editId) return { appId: app.app_id, ...(edit.state === "proposed" ? { editId } : {}) };
  }
  return named[0] && { appId: named[0].app_id };
}
